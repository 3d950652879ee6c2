using System.Text.Json;

namespace Sandglass.Server;

/// <summary>A whole number in a range; 3.0 is one too.</summary>
internal sealed class WholeType(long least, long most) : ParameterType<int>
{
    private const double Exact = 1L << 53;      // whole doubles up to here are the number that was written

    public override string Expected => most == int.MaxValue ? $"a whole number from {least}" : $"a whole number from {least} to {most}";

    public override string Schema => $$"""{"type":"integer","minimum":{{least}},"maximum":{{most}}}""";

    public override int Read(JsonElement value, string name) =>
        TryWhole(value, out long number) && number >= least && number <= most ? (int)number : throw Wrong(name, value);

    /// <summary>A whole number of JSON.</summary>
    public static bool TryWhole(JsonElement value, out long number)
    {
        number = 0;
        if (value.ValueKind != JsonValueKind.Number) return false;
        if (value.TryGetInt64(out number)) return true;
        if (!value.TryGetDouble(out double real) || real != Math.Truncate(real) || Math.Abs(real) > Exact) return false;
        number = (long)real;
        return true;
    }
}
