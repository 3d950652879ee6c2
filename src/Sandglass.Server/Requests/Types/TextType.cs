using System.Text.Json;

namespace Sandglass.Server;

/// <summary>A text.</summary>
/// <param name="longest">Characters at most; the bound of the body where there is no other.</param>
/// <param name="shortest">Characters at least.</param>
internal sealed class TextType(int longest = int.MaxValue, int shortest = 0) : ParameterType<string>
{
    public override string Expected => (longest, shortest) switch
    {
        (int.MaxValue, _) => "a text",
        (_, 0) => $"a text of at most {longest} characters",
        _ => $"a text of {shortest} to {longest} characters",
    };

    public override string Schema => longest == int.MaxValue
        ? """{"type":"string"}"""
        : $$"""{"type":"string","minLength":{{shortest}},"maxLength":{{longest}}}""";

    public override string Read(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String) throw Wrong(name, value);
        string text = value.GetString()!;
        return text.Length >= shortest && text.Length <= longest ? text : throw Wrong(name, $"{text.Length} characters");
    }
}
