using System.Text.Json;

namespace Sandglass.Server;

/// <summary>One of a few words.</summary>
internal sealed class WordType(params string[] words) : ParameterType<string>
{
    public override string Expected => Words.List([.. words.Select(word => $"\"{word}\"")], "or");

    public override string Schema => $$"""{"type":"string","enum":[{{string.Join(',', words.Select(word => $"\"{word}\""))}}]}""";

    public override string Read(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String) throw Wrong(name, value);
        string word = value.GetString()!;
        return words.Contains(word) ? word : throw Wrong(name, value);
    }
}
