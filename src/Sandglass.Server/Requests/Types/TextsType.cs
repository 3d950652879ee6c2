using System.Text.Json;

namespace Sandglass.Server;

/// <summary>A text, or a list of some.</summary>
/// <param name="most">Texts at most.</param>
/// <param name="longest">Characters of each at most.</param>
/// <param name="mayBeEmpty">Whether a list may hold none.</param>
internal sealed class TextsType(int most, int longest, bool mayBeEmpty = true) : ParameterType<IReadOnlyList<string>>
{
    public override string Expected => $"a text, or a list of {(mayBeEmpty ? "at most" : "1 to")} {most} texts, each of 1 to {longest} characters";

    public override string Schema => $$$"""
        {"oneOf":[{{{One}}},{"type":"array","minItems":{{{(mayBeEmpty ? 0 : 1)}}},"maxItems":{{{most}}},"items":{{{One}}}}]}
        """.Trim();

    private string One => $$"""{"type":"string","minLength":1,"maxLength":{{longest}}}""";

    public override IReadOnlyList<string> Read(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.String) return [TextOf(value, name)];
        if (value.ValueKind != JsonValueKind.Array) throw Wrong(name, value);
        int count = value.GetArrayLength();
        if (count > most || (count == 0 && !mayBeEmpty)) throw Wrong(name, value);
        return [.. value.EnumerateArray().Select(one => TextOf(one, name))];
    }

    private string TextOf(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String) throw Wrong(name, $"{Found.Of(value)} in it");
        string text = value.GetString()!;
        return text.Length >= 1 && text.Length <= longest ? text : throw Wrong(name, text.Length == 0 ? "an empty text" : $"one of {text.Length} characters");
    }
}
