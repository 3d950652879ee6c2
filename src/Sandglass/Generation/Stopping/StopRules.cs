namespace Sandglass.Generation;

/// <summary>The rules that end a text, in order of precedence.</summary>
/// <param name="started">When the time limit began, by <paramref name="time"/>: waiting counts.</param>
internal sealed class StopRules(GenerationOptions options, IReadOnlySet<int> endIds, int context, TimeProvider time, long started)
{
    private readonly LoopDetector _loop = new(options.LoopNgram, options.LoopRepeats);

    /// <summary>The reason to end after the newest token, or null to go on.</summary>
    /// <param name="sequence">The text.</param>
    /// <param name="hasStopped">Whether a stop text occurred.</param>
    /// <param name="cancellation">The caller's.</param>
    public FinishReason? Check(GeneratedSequence sequence, bool hasStopped, CancellationToken cancellation)
    {
        if (endIds.Contains(sequence.Completion[^1])) return FinishReason.Eos;
        if (hasStopped) return FinishReason.Stop;
        if (_loop.Loops(sequence.Completion)) return FinishReason.Loop;
        if (sequence.Completion.Length >= options.MaxTokens) return FinishReason.Length;
        if (sequence.Length >= context) return FinishReason.Context;
        return Interruption(cancellation);
    }

    /// <summary>The reason to end that may come at any moment, also before the first token, or null to go on.</summary>
    public FinishReason? Interruption(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return FinishReason.Cancelled;
        if (options.TimeLimit is TimeSpan limit && time.GetElapsedTime(started) >= limit) return FinishReason.Time;
        return null;
    }
}
