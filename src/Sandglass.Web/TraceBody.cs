using System.Text.Json;
using Sandglass.Chat;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Web;

/// <summary>What is asked for: the body of POST /trace, with the members that mean something where one person has the engine alone. What is unknown is
/// refused by its name; the ranges are the engine's own.</summary>
/// <param name="Prompt">The prompt's ids, to which nothing is added.</param>
/// <param name="Options">How the text is written.</param>
/// <param name="Watched">What each step tells.</param>
internal sealed record TraceBody(int[] Prompt, GenerationOptions Options, TraceOptions Watched)
{
    /// <exception cref="TraceBodyException">A member is unknown, missing or of the wrong kind.</exception>
    /// <exception cref="TemplateException">The model's template refuses the messages.</exception>
    public static TraceBody Read(string body, LanguageModel model)
    {
        using JsonDocument document = Parsed(body);
        GenerationOptions options = new();
        SamplerOptions sampling = TraceSettings.Unfiltered;
        TraceOptions watched = new();
        int[]? prompt = null;
        bool isChat = false;
        foreach (JsonProperty member in document.RootElement.EnumerateObject())
        {
            JsonElement value = member.Value;
            if (value.ValueKind == JsonValueKind.Null) continue;    // as good as left out
            try
            {
                if (TraceSettings.OfText.TryGetValue(member.Name, out TraceSettings.Setting? set)) (options, sampling) = set(options, sampling, value);
                else if (member.Name == "prompt") prompt = IdsOf(value, model);
                else if (member.Name == "messages") (prompt, isChat) = (Conversation(value, model), true);
                else if (member.Name == "trace") watched = WatchedIn(value);
                else if (member.Name != "model") throw new TraceBodyException("parameter-unknown", $"There is no parameter {member.Name} in the tab.");
            }
            catch (Exception wrong) when (wrong is InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
            {
                throw OfAnotherKind(member);
            }
        }
        if (prompt is null) throw new TraceBodyException("parameter-missing", "prompt: expected a text, ids, or messages in its place, found none.");
        if (isChat) options = options with { Stop = [.. options.Stop, .. model.ChatTemplate.Ends] };     // where messages are plain lines, the next speaker's name
        bool IsGiven(string name) => document.RootElement.TryGetProperty(name, out JsonElement given) && given.ValueKind != JsonValueKind.Null;
        sampling = TraceSettings.WithoutIdle(sampling, IsGiven);
        return new TraceBody(prompt, options with { Sampling = sampling }, watched);
    }

    private static JsonDocument Parsed(string body)
    {
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
        }
        if (document?.RootElement.ValueKind == JsonValueKind.Object) return document;
        document?.Dispose();
        throw new TraceBodyException("json-invalid", "The body: expected a JSON object.");
    }

    private static TraceOptions WatchedIn(JsonElement trace)
    {
        TraceOptions watched = new();
        foreach (JsonProperty member in trace.EnumerateObject())
        {
            if (!TraceSettings.OfTrace.TryGetValue(member.Name, out Func<TraceOptions, JsonElement, TraceOptions>? set))
                throw new TraceBodyException("parameter-unknown", $"There is no parameter trace.{member.Name}.");
            watched = set(watched, member.Value);
        }
        return watched;
    }

    private static int[] IdsOf(JsonElement prompt, LanguageModel model) => prompt.ValueKind == JsonValueKind.String
        ? model.Tokenizer.Encode(prompt.GetString()!, addBos: true, parseSpecial: true).Ids
        : TraceSettings.Ids(prompt);

    private static int[] Conversation(JsonElement messages, LanguageModel model)
    {
        ChatMessage[] all = [.. messages.EnumerateArray().Select(one => new ChatMessage(Text(one, "role"), Text(one, "content")))];
        return model.ChatTemplate.Render(new ChatRequest(all) { Now = Browser.LocalNow }).Encode(model.Tokenizer).Ids;

        static string Text(JsonElement message, string name) =>
            message.TryGetProperty(name, out JsonElement value) && value.GetString() is string text ? text : throw new FormatException();
    }

    private static TraceBodyException OfAnotherKind(JsonProperty member)
    {
        const int Shown = 60;
        string found = member.Value.GetRawText();
        if (found.Length > Shown) found = string.Concat(found.AsSpan(0, Shown), "…");
        return new TraceBodyException("parameter-value", $"{member.Name}: found {found}, which is no value that it takes.");
    }
}
