using Sandglass.ModelFiles;

namespace Sandglass.Chat;

/// <summary>The templates in a model file: <c>tokenizer.chat_template</c>, and <c>tokenizer.chat_template.NAME</c> for particular uses.</summary>
internal static class TemplateSources
{
    private const string Key = "tokenizer.chat_template";

    public static IEnumerable<(string Name, string Source)> Of(Metadata metadata)
    {
        foreach ((string key, object value) in metadata.Values)
        {
            if (value is not string source) continue;
            if (key == Key) yield return ("default", source);
            else if (key.StartsWith(Key + ".", StringComparison.Ordinal) && key.Length > Key.Length + 1) yield return (key[(Key.Length + 1)..], source);
        }
    }
}
