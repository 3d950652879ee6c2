using System.Text.Json;

namespace Sandglass.Chat;

/// <summary>The form in which a template reads what models disagree about: found by rendering a small conversation in each form, once, when it is first
/// needed.</summary>
/// <param name="Parts">Whether it reads a message's parts; else their texts are joined, a line each.</param>
/// <param name="OnlyParts">Whether it reads nothing but parts; then a text is given as one.</param>
/// <param name="ArgumentsAsText">Whether it wants a tool call's arguments as text in JSON and not as an object.</param>
/// <param name="NullContent">Whether it stands a message without content; else the content is empty.</param>
internal sealed record MessageForm(bool Parts, bool OnlyParts, bool ArgumentsAsText, bool NullContent)
{
    private const string Needle = "needle7";

    /// <summary>What is given where nothing is known: OpenAI's form with parsed arguments, which most templates are written for.</summary>
    public static MessageForm Usual { get; } = new(Parts: true, OnlyParts: false, ArgumentsAsText: false, NullContent: true);

    /// <summary>The form that a template reads.</summary>
    /// <param name="render">Renders messages in a form; throws where the template fails.</param>
    public static MessageForm Of(Func<IReadOnlyList<ChatMessage>, MessageForm, string> render)
    {
        string? Rendered(IReadOnlyList<ChatMessage> messages, MessageForm form)
        {
            try
            {
                return render(messages, form);
            }
            catch (TemplateException)
            {
                return null;
            }
        }

        bool Reads(IReadOnlyList<ChatMessage> messages, MessageForm form, params ReadOnlySpan<string> unwanted)
        {
            string text = Rendered(messages, form) ?? "";
            foreach (string one in unwanted)
                if (text.Contains(one, StringComparison.Ordinal)) return false;
            return text.Contains(Needle, StringComparison.Ordinal);
        }

        // a list that is printed as a whole shows its keys in quotes
        bool parts = Reads([new ChatMessage("user") { Parts = [new ChatPart(Needle)] }], Usual, "'type'", "\"type\"");
        MessageForm form = Usual with { Parts = parts, OnlyParts = parts && !Reads([new ChatMessage("user", Needle)], Usual) };

        using JsonDocument arguments = JsonDocument.Parse($$"""{"{{Needle}}":1}""");
        ChatToolCall toolCall = new("f", arguments.RootElement, "call00001");
        ChatMessage[] call = [new ChatMessage("user", "a"), new ChatMessage("assistant") { ToolCalls = [toolCall] }];
        foreach (bool asText in (bool[])[false, true])
        {
            foreach (bool nullContent in (bool[])[true, false])
            {
                MessageForm tried = form with { ArgumentsAsText = asText, NullContent = nullContent };
                if (Reads(call, tried, $"'{Needle}'", $"\\\"{Needle}")) return tried;
            }
        }
        return form with { NullContent = Rendered(call, form) is not null };     // it shows no calls: what counts is that it stands them
    }
}
