namespace Sandglass.Chat;

/// <summary>Cuts a prompt behind the text of its last message, so that the model goes on with that message.</summary>
internal static class FinalMessage
{
    public static Text Open(Text prompt, IReadOnlyList<ChatMessage> messages)
    {
        if (messages.Count == 0) throw new TemplateException("template-continue", "There is no message to continue.");
        string? content = messages[^1].Parts is { } parts ? parts.LastOrDefault(part => part.Text is not null)?.Text : messages[^1].Content;
        if (content is null) throw new TemplateException("template-continue", "The final message has no text to continue.");

        string trimmed = Strip(content, both: true), begun = Strip(content, both: false);
        int at = prompt.Value.LastIndexOf(trimmed, StringComparison.Ordinal);
        if (at < 0) throw new TemplateException("template-continue",
            "The template does not write the final message as it was given, so it cannot be continued.");

        // white space at its end stays where the template kept it
        bool kept = string.CompareOrdinal(prompt.Value, at, begun, 0, begun.Length) == 0 && at + begun.Length <= prompt.Value.Length;
        TextBuilder cut = new(new Rendering(null));
        cut.Append(prompt, 0, at + (kept ? begun.Length : trimmed.Length));
        return cut.ToText();
    }

    private static string Strip(string text, bool both)
    {
        int from = 0, to = text.Length;
        while (from < to && Characters.IsSpace(text[from])) from++;
        while (both && to > from && Characters.IsSpace(text[to - 1])) to--;
        return text[from..to];
    }
}
