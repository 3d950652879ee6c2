using System.Text.Json;

namespace Sandglass.Server;

/// <summary>A value with a form of its own, which whoever sets it reads.</summary>
/// <param name="expected">In words.</param>
/// <param name="schema">JSON Schema.</param>
internal sealed class RawType(string expected, string schema) : ParameterType<JsonElement>
{
    public override string Expected => expected;

    public override string Schema => schema;

    public override JsonElement Read(JsonElement value, string name) => value;
}
