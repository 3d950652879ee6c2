using System.Text.Json;

namespace Sandglass.Server;

/// <summary>A number of last tokens; null for all of them.</summary>
internal sealed class WindowType : ParameterType<int?>
{
    public override string Expected => "a whole number from 1, or -1";

    public override string Schema => """{"oneOf":[{"type":"integer","minimum":1,"maximum":2147483647},{"const":-1}]}""";

    public override int? Read(JsonElement value, string name)
    {
        if (!WholeType.TryWhole(value, out long number) || number is < -1 or 0 or > int.MaxValue) throw Wrong(name, value);
        return number < 0 ? null : (int)number;
    }
}
