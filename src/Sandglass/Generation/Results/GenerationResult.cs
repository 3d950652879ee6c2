using Sandglass.Kernels;
using Sandglass.Tracing;

namespace Sandglass.Generation;

/// <summary>How a generation went.</summary>
public sealed record GenerationResult
{
    /// <summary>Why it ended.</summary>
    public required FinishReason Finish { get; init; }

    /// <summary>The completion: the texts of all tokens that were handed out, joined. Of a beam search the best text.</summary>
    public string Text { get; init; } = "";

    /// <summary>The seed that reproduces this text.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The prompt as the model saw it.</summary>
    public required IReadOnlyList<int> PromptIds { get; init; }

    /// <summary>Tokens generated, the end token included.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>From the request to the first token, time in the queue included; null without a token.</summary>
    public required TimeSpan? TimeToFirstToken { get; init; }

    /// <summary>From the request until it came to the front of the queue; null where it never did.</summary>
    public TimeSpan? QueueTime { get; init; }

    /// <summary>From the front of the queue until the whole prompt was read and the first token chosen, setbacks included; null where it was not.</summary>
    public TimeSpan? PrefillTime { get; init; }

    /// <summary>From the first token to the last; null without a token.</summary>
    public TimeSpan? DecodeTime { get; init; }

    /// <summary>Prompt tokens whose keys and values came from the cache instead of the model; for all samples of a prompt, which is read once, the
    /// same.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Prompt tokens processed per second, cached ones not counted; 0 without any.</summary>
    public required double PrefillTokensPerSecond { get; init; }

    /// <summary>Tokens per second after the first; 0 with fewer than two.</summary>
    public required double DecodeTokensPerSecond { get; init; }

    /// <summary>Bytes of cache pages held at the end; 0 without a cache.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>Number of (layer, token) pairs computed.</summary>
    public required long LayerTokenPasses { get; init; }

    /// <summary>Multiply-adds, counted where they are executed.</summary>
    public required MultiplyAdds MultiplyAdds { get; init; }

    /// <summary>The texts found by a beam search, best first; null without one.</summary>
    public IReadOnlyList<BeamResult>? Beams { get; init; }

    /// <summary>The outcome of speculative decoding; null without it.</summary>
    public SpeculationResult? Speculation { get; init; }

    /// <summary>The kernels that ran: <c>512</c>, <c>256</c>, <c>128</c> or <c>scalar</c>.</summary>
    public required string Kernels { get; init; }

    /// <summary>How quantised weights were multiplied.</summary>
    public required ComputeMode Compute { get; init; }
}
