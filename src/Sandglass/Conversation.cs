using System.Text.Json;
using Sandglass.Chat;
using Sandglass.Generation;

namespace Sandglass;

/// <summary>A conversation with a model: the messages so far, written as the model's template wants them. Each turn reads only what is new.</summary>
/// <remarks>
/// <para>One turn at a time, from any thread; any number of conversations share a model. What was said is added when its answer is over: a turn that is
/// refused or fails leaves the conversation as it was, and one that is cancelled keeps what was read of the answer.</para>
/// <para>The ids of earlier answers are kept as the model chose them, so that the next prompt begins with the very pages that are in the cache. Where a
/// template writes an earlier answer in another way (some leave out what the model thought), it is read again from there.</para>
/// </remarks>
/// <example>
/// <code>
/// Conversation talk = model.StartConversation("You are a helpful assistant.");
/// await foreach (GeneratedToken token in talk.SayAsync("What is an hourglass?"))
///     Console.Write(token.Text);
/// GenerationResult result = await talk.AskAsync("And who made the first one?");
/// Console.WriteLine(result.Text);
/// </code>
/// </example>
public sealed class Conversation
{
    private const string SystemRole = "system", UserRole = "user", AssistantRole = "assistant";

    private readonly Lock _lock = new();
    private ChatMessage[] _messages;
    private ReadText _read = ReadText.Nothing;
    private bool _isAnswering;

    internal Conversation(LanguageModel model, string? system, GenerationOptions? options)
    {
        (Model, Options) = (model, options ?? new GenerationOptions());
        _messages = WithSystem(system, []);
        Now = model.Options.Time.GetLocalNow();
    }

    /// <summary>The model that answers.</summary>
    public LanguageModel Model { get; }

    /// <summary>How answers are generated where a turn has no options of its own.</summary>
    public GenerationOptions Options { get; set; }

    /// <summary>The time that templates may write: when the conversation began, by the model's clock, so that all turns begin alike. Null for none.</summary>
    public DateTimeOffset? Now { get; set; }

    /// <summary>Further variables of the template, for instance <c>enable_thinking</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> TemplateArguments { get; set; } = new Dictionary<string, JsonElement>();

    /// <summary>The conversation so far, the system's text included; a list that does not change.</summary>
    public IReadOnlyList<ChatMessage> Messages => Volatile.Read(ref _messages);

    /// <summary>What the model is told before all else; null for nothing. Set, it holds from the next turn on, which reads all again.</summary>
    /// <exception cref="InvalidOperationException">A turn is being answered.</exception>
    public string? System
    {
        get => Messages is [{ Role: SystemRole } first, ..] ? first.Content : null;
        set => Change(messages => WithSystem(value, messages));
    }

    /// <summary>Says something; the answer begins at once and waits to be read.</summary>
    /// <param name="text">What the user says. Control tokens in it are plain text.</param>
    /// <param name="options">How the answer is generated; null for <see cref="Options"/>. <see cref="GenerationOptions.Stop"/> gets the ends of the template
    /// beside its own.</param>
    /// <param name="cancellationToken">Ends the answer at its next token; what there is of it is kept.</param>
    /// <exception cref="GenerationException">The conversation does not fit the context with it (<c>conversation-too-long</c>), or an option is out of its
    /// range.</exception>
    /// <exception cref="TemplateException">The template refuses the conversation, for instance a system text that the model does not know.</exception>
    /// <exception cref="InvalidOperationException">A turn is being answered.</exception>
    /// <inheritdoc cref="LanguageModel.GenerateAsync(string, GenerationOptions?, CancellationToken)" path="/exception"/>
    public ConversationTurn SayAsync(string text, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Begin(messages => [.. messages, new ChatMessage(UserRole, text)], options, cancellationToken);
    }

    /// <summary>Says something and gives the outcome with the whole answer: for callers that show no tokens.</summary>
    /// <inheritdoc cref="SayAsync"/>
    public Task<GenerationResult> AskAsync(string text, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        SayAsync(text, options, cancellationToken).Result;

    /// <summary>Answers what was said last once more, in place of the answer that it got; or for the first time, where it has none.</summary>
    /// <remarks>The same seed, and temperature 0, give the same answer again.</remarks>
    /// <exception cref="InvalidOperationException">A turn is being answered, or nothing was said.</exception>
    /// <inheritdoc cref="SayAsync"/>
    public ConversationTurn AgainAsync(GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        Begin(WithoutAnswer, options, cancellationToken);

    /// <summary>Takes back what the user said last, with its answer; gives it, or null where nothing was said.</summary>
    /// <exception cref="InvalidOperationException">A turn is being answered.</exception>
    public string? Undo()
    {
        string? said = null;
        Change(messages =>
        {
            int last = Array.FindLastIndex(messages, message => message.Role == UserRole);
            if (last < 0) return messages;
            said = messages[last].Content ?? "";
            return messages[..last];
        });
        return said;
    }

    /// <summary>Begins anew; the system's text stays.</summary>
    /// <exception cref="InvalidOperationException">A turn is being answered.</exception>
    public void Clear() => Change(messages => messages is [{ Role: SystemRole } system, ..] ? [system] : []);

    /// <summary>Goes on with another conversation, for instance a saved one.</summary>
    /// <param name="messages">All of it, the system's text included. Where the last message is no answer, <see cref="AgainAsync"/> gives one.</param>
    /// <exception cref="InvalidOperationException">A turn is being answered.</exception>
    public void Restore(IEnumerable<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ChatMessage[] restored = [.. messages];
        if (Array.IndexOf(restored, null) >= 0) throw new ArgumentException("A message is null.", nameof(messages));
        Change(_ => restored);
    }

    /// <summary>Keeps what a turn came to.</summary>
    /// <param name="asked">The conversation up to its answer.</param>
    /// <param name="read">The prompt, as ids.</param>
    /// <param name="answer">What was read of the answer; null where it leaves no trace.</param>
    internal void End(ChatMessage[] asked, ReadText read, IReadOnlyList<GeneratedToken>? answer)
    {
        lock (_lock)
        {
            _isAnswering = false;
            if (answer is null) return;
            _messages = [.. asked, new ChatMessage(AssistantRole, string.Concat(answer.Select(token => token.Text)))];
            _read = read.With(answer, Model.Tokenizer);
        }
    }

    private ConversationTurn Begin(Func<ChatMessage[], ChatMessage[]> ask, GenerationOptions? options, CancellationToken cancellation)
    {
        lock (_lock)
        {
            RequireRest();
            ChatMessage[] asked = ask(_messages);
            ChatPrompt prompt = Model.ChatTemplate.Render(new ChatRequest(asked) { Now = Now, Arguments = TemplateArguments });
            ReadText read = _read.Continued(prompt, Model.Tokenizer);
            RequireRoom(read.Ids.Length);
            options ??= Options;
            if (Model.ChatTemplate.Ends is { Count: > 0 } ends) options = options with { Stop = [.. options.Stop, .. ends] };
            ConversationTurn turn = new(this, asked, read, Model.GenerateAsync(read.Ids, options, cancellation));
            _isAnswering = true;
            return turn;
        }
    }

    private void Change(Func<ChatMessage[], ChatMessage[]> change)
    {
        lock (_lock)
        {
            RequireRest();
            _messages = change(_messages);
        }
    }

    private void RequireRest()
    {
        if (_isAnswering) throw new InvalidOperationException("A turn of this conversation is being answered: read it to its end, or dispose of it.");
    }

    /// <summary>An answer needs a position at least.</summary>
    private void RequireRoom(int tokens)
    {
        int most = Model.Options.Window > 0 ? Model.Context : Model.Context - 1;
        if (tokens <= most) return;
        throw new GenerationException(
            "conversation-too-long", "conversation", $"at most {most} tokens, which leaves room for an answer in the context", $"{tokens} tokens");
    }

    private static ChatMessage[] WithSystem(string? system, ChatMessage[] messages)
    {
        ReadOnlySpan<ChatMessage> others = messages is [{ Role: SystemRole }, ..] ? messages.AsSpan(1) : messages;
        return string.IsNullOrEmpty(system) ? [.. others] : [new ChatMessage(SystemRole, system), .. others];
    }

    private static ChatMessage[] WithoutAnswer(ChatMessage[] messages)
    {
        ChatMessage[] asked = messages is [.. ChatMessage[] before, { Role: AssistantRole }] ? before : messages;
        return asked is [.., { Role: not (SystemRole or AssistantRole) }]
            ? asked
            : throw new InvalidOperationException("Nothing was said that could be answered.");
    }
}
