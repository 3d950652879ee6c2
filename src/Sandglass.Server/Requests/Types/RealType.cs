using System.Globalization;
using System.Text.Json;

namespace Sandglass.Server;

/// <summary>A number in a range.</summary>
/// <param name="least">The smallest.</param>
/// <param name="most">The largest.</param>
/// <param name="above">Whether the smallest itself is out.</param>
internal sealed class RealType(double least, double most, bool above = false) : ParameterType<double>
{
    public override string Expected => above ? $"a number above {Plain(least)}, at most {Plain(most)}" : $"a number from {Plain(least)} to {Plain(most)}";

    public override string Schema => $$"""{"type":"number","{{(above ? "exclusiveMinimum" : "minimum")}}":{{Plain(least)}},"maximum":{{Plain(most)}}}""";

    public override double Read(JsonElement value, string name)
    {
        bool isNumber = value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && IsIn(number);
        return isNumber ? value.GetDouble() : throw Wrong(name, value);
    }

    private bool IsIn(double number) => number <= most && (above ? number > least : number >= least);

    private static string Plain(double limit) =>
        Math.Abs(limit) < 1e6 ? limit.ToString(CultureInfo.InvariantCulture) : limit.ToString("0e0", CultureInfo.InvariantCulture);
}
