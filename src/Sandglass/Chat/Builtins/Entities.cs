namespace Sandglass.Chat;

/// <summary>Turns the HTML entities of common characters back into them.</summary>
internal static class Entities
{
    private static readonly (string Entity, string Text)[] Common =
        [("&lt;", "<"), ("&gt;", ">"), ("&#34;", "\""), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&nbsp;", "\u00A0"), ("&amp;", "&")];

    public static Text Decoded(Rendering rendering, Text text)
    {
        foreach ((string entity, string character) in Common)
            text = StringMethods.Replace(rendering, text, new Text(entity, trusted: false), new Text(character, trusted: false), -1);
        return text;
    }
}
