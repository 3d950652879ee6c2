using System.Text.Json;

namespace Sandglass.Server;

/// <summary>true or false.</summary>
internal sealed class FlagType : ParameterType<bool>
{
    public override string Expected => "true or false";

    public override string Schema => """{"type":"boolean"}""";

    public override bool Read(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, value),
    };
}
