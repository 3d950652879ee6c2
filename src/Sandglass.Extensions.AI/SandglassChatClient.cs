using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Sandglass.Generation;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Sandglass.Extensions.AI;

/// <summary>A model as a chat client of Microsoft.Extensions.AI. Safe to use from many threads: requests made at the same time are computed together, and each
/// gives what it would give alone.</summary>
/// <remarks>
/// <para>The model's own template writes the messages. What a request has in common with earlier ones is found in the model's cache, and
/// <see cref="UsageDetails.CachedInputTokenCount"/> counts it. Of <see cref="ChatOptions"/> all that is given is honoured or refused, never ignored.</para>
/// <para>Of a response <see cref="ChatResponse.RawRepresentation"/> is the <see cref="GenerationResult"/>; of an update with text the
/// <see cref="GeneratedToken"/>.</para>
/// </remarks>
/// <example>
/// <code>
/// using LanguageModel model = LanguageModel.Load("model.gguf");
/// IChatClient client = model.AsIChatClient();
/// await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync("What is an hourglass?"))
///     Console.Write(update.Text);
/// </code>
/// </example>
public sealed class SandglassChatClient : IChatClient
{
    private readonly LanguageModel _model;
    private readonly RequestOptions _requests;
    private readonly ChatClientMetadata _metadata;
    private readonly string _modelId;

    /// <summary>A client of a model, which whoever loaded it disposes of.</summary>
    /// <param name="model">The model that answers.</param>
    /// <param name="modelId">What the model is called in responses, and in requests that name one; null for its own name.</param>
    /// <param name="defaults">How answers are generated where a request does not say; null for the library's defaults.</param>
    public SandglassChatClient(LanguageModel model, string? modelId = null, GenerationOptions? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _modelId = modelId ?? model.Name;
        _requests = new RequestOptions(this, _modelId, defaults ?? new GenerationOptions());
        _metadata = new ChatClientMetadata("sandglass", defaultModelId: _modelId);
    }

    /// <summary>Answers a conversation.</summary>
    /// <param name="messages">All of it; the client keeps nothing between calls.</param>
    /// <param name="options">How; what cannot be honoured is refused.</param>
    /// <param name="cancellationToken">Ends the answer with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="NotSupportedException">The messages or options ask for what a text model here does not do; the message says what, and what to
    /// do.</exception>
    /// <exception cref="ArgumentException">An option has a value that makes no sense.</exception>
    /// <exception cref="SandglassException">The engine or the template refuses the request: it does not fit the context, an option is out of its range, too
    /// many wait.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        GenerationResult result = await Begin(messages, options, cancellationToken).Result.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        string id = NewId();
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, result.Text) { MessageId = id })
        {
            ResponseId = id,
            ModelId = _modelId,
            CreatedAt = _model.Options.Time.GetUtcNow(),
            FinishReason = Finish(result.Finish),
            Usage = Usage(result),
            RawRepresentation = result,
            AdditionalProperties = Further(result),
        };
    }

    /// <summary>Answers a conversation as the text comes: an update for each token that shows something, and a last one with the usage and the reason of the
    /// end.</summary>
    /// <inheritdoc cref="GetResponseAsync"/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using TextGeneration generation = Begin(messages, options, cancellationToken);
        string id = NewId();
        ChatResponseUpdate Update(AIContent content, object raw) => new(ChatRole.Assistant, [content])
        {
            ResponseId = id,
            MessageId = id,
            ModelId = _modelId,
            CreatedAt = _model.Options.Time.GetUtcNow(),
            RawRepresentation = raw,
        };
        await foreach (GeneratedToken token in generation.ConfigureAwait(false))
            if (token.Text.Length > 0) yield return Update(new TextContent(token.Text), token);

        GenerationResult result = await generation.Result.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        ChatResponseUpdate last = Update(new UsageContent(Usage(result)), result);
        (last.FinishReason, last.AdditionalProperties) = (Finish(result.Finish), Further(result));
        yield return last;
    }

    /// <summary>The model, what is known of the client, or the client itself.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType == typeof(LanguageModel) ? _model
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Does nothing: the model belongs to whoever loaded it.</summary>
    public void Dispose()
    {
    }

    private TextGeneration Begin(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(messages);
        cancellation.ThrowIfCancellationRequested();
        GenerationOptions generation = _requests.Of(options);
        int[] prompt = Prompts.Request(messages, options, _model).Encode(_model.Tokenizer).Ids;
        if (_model.ChatTemplate.Ends is { Count: > 0 } ends) generation = generation with { Stop = [.. generation.Stop, .. ends] };
        return _model.GenerateAsync(prompt, generation, cancellation);
    }

    private static string NewId() => $"chatcmpl-{Guid.NewGuid():N}";

    private static ChatFinishReason Finish(FinishReason finish) => finish switch
    {
        FinishReason.Eos or FinishReason.Stop => ChatFinishReason.Stop,
        FinishReason.Length or FinishReason.Context => ChatFinishReason.Length,
        _ => new ChatFinishReason(finish.ToString().ToLowerInvariant()),
    };

    private static UsageDetails Usage(GenerationResult result) => new()
    {
        InputTokenCount = result.PromptIds.Count,
        CachedInputTokenCount = result.CachedTokens,
        OutputTokenCount = result.CompletionTokens,
        TotalTokenCount = result.PromptIds.Count + result.CompletionTokens,
    };

    private static AdditionalPropertiesDictionary Further(GenerationResult result) => new()
    {
        ["seed"] = result.Seed,         // with it the answer comes again, bit for bit
        ["finish"] = result.Finish.ToString().ToLowerInvariant(),
    };
}
