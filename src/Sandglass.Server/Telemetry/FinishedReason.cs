using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>Why a text ended, in vLLM's words.</summary>
internal static class FinishedReason
{
    /// <summary>All words: a metric has a sample of each from the start.</summary>
    public static IReadOnlyList<string> All { get; } = ["stop", "length", "abort", "error", "repetition"];

    /// <summary>The word's place in <see cref="All"/> for an end that the engine names; null for a failure.</summary>
    public static int IndexOf(FinishReason? reason) => reason switch
    {
        null => 3,
        FinishReason.Cancelled => 2,
        FinishReason.Loop => 4,
        FinishReason.Length or FinishReason.Context or FinishReason.Time => 1,
        _ => 0,
    };
}
