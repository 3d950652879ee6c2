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

    /// <summary>The seed that gives this text again.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The prompt as the model saw it.</summary>
    public required IReadOnlyList<int> PromptIds { get; init; }

    /// <summary>Tokens generated, the end token included.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>From the request to the first token, the wait for others included; null where none came.</summary>
    public required TimeSpan? TimeToFirstToken { get; init; }

    /// <summary>Prompt tokens whose keys and values an earlier text had left: they did not go through the model.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Prompt tokens read a second, those in the cache not counted; 0 where none were.</summary>
    public required double PrefillTokensPerSecond { get; init; }

    /// <summary>Tokens a second after the first; 0 where there was no second.</summary>
    public required double DecodeTokensPerSecond { get; init; }

    /// <summary>Bytes of the cache's pages held at the end; 0 without a cache.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>Every (layer, token) that was entered.</summary>
    public required long LayerTokenPasses { get; init; }

    /// <summary>Multiply-adds, counted where they were done.</summary>
    public required MultiplyAdds MultiplyAdds { get; init; }

    /// <summary>The texts that a beam search found, best first; null where none was asked for.</summary>
    public IReadOnlyList<BeamResult>? Beams { get; init; }

    /// <summary>What guessing ahead came to; null where nobody guessed.</summary>
    public SpeculationResult? Speculation { get; init; }

    /// <summary>The kernels that ran: <c>512</c>, <c>256</c>, <c>128</c> or <c>scalar</c>.</summary>
    public required string Kernels { get; init; }

    /// <summary>How quantised weights were multiplied.</summary>
    public required ComputeMode Compute { get; init; }
}
