namespace Sandglass.Chat;

/// <summary>HTML's escapes, as the filter <c>escape</c> writes them.</summary>
internal static class Html
{
    public static Text Escaped(Rendering rendering, Text text)
    {
        if (text.IsSafe) return text;
        TextBuilder builder = new(rendering);
        int plain = 0;
        for (int at = 0; at < text.Value.Length; at++)
        {
            if (Entity(text.Value[at]) is not string entity) continue;
            builder.Append(text, plain, at);
            builder.Append(entity, text.IsTrustedAt(at));
            plain = at + 1;
        }
        builder.Append(text, plain, text.Value.Length);
        return builder.ToText(isSafe: true);
    }

    private static string? Entity(char c) => c switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '\'' => "&#39;",
        '"' => "&#34;",
        _ => null,
    };
}
