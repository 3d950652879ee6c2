using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace Sandglass.Extensions.AI;

/// <summary>The value of a named option: of any type that says the same, also as JSON has it.</summary>
/// <param name="Name">Of the option.</param>
/// <param name="Value">As it was given.</param>
internal readonly record struct NamedValue(string Name, object Value)
{
    public double Number => Value switch
    {
        double number => number,
        float number => double.Parse(number.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        decimal number => (double)number,
        int number => number,
        long number => number,
        JsonElement { ValueKind: JsonValueKind.Number } number => number.GetDouble(),
        _ => throw Refused("a number"),
    };

    public int Whole => Value switch
    {
        int number => number,
        long number and >= int.MinValue and <= int.MaxValue => (int)number,
        JsonElement { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out int whole) => whole,
        _ => throw Refused("a whole number"),
    };

    public bool Flag => Value switch
    {
        bool flag => flag,
        JsonElement { ValueKind: JsonValueKind.True } => true,
        JsonElement { ValueKind: JsonValueKind.False } => false,
        _ => throw Refused("true or false"),
    };

    public string Text => Value switch
    {
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        _ => throw Refused("a text"),
    };

    public TimeSpan Seconds => Value is TimeSpan time ? time
        : Number is >= 1e-6 and <= 1e9 and double seconds ? TimeSpan.FromSeconds(seconds)
        : throw Refused("seconds above 0, or a TimeSpan");

    public IReadOnlyList<string> Texts => Value is string or JsonElement { ValueKind: JsonValueKind.String } ? [Text] : List("texts", item => item.Text);

    public IReadOnlyList<int> Ids => List("whole numbers", item => item.Whole);

    private List<T> List<T>(string what, Func<NamedValue, T> read)
    {
        NamedValue self = this;
        return Value switch
        {
            JsonElement { ValueKind: JsonValueKind.Array } array => [.. array.EnumerateArray().Select(item => read(self with { Value = item }))],
            IEnumerable items and not string => [.. items.Cast<object?>().Select(item => read(self with { Value = item ?? "null" }))],
            _ => throw Refused($"a list of {what}"),
        };
    }

    private ArgumentException Refused(string expected)
    {
        string found = Value is JsonElement json ? json.GetRawText() : $"{Value} ({Value.GetType().Name})";
        return new ArgumentException($"AdditionalProperties, {Name}: expected {expected}, found {found}.", "options");
    }
}
