namespace Sandglass.Generation;

/// <summary>When a text is over: the rules in the order in which they count.</summary>
/// <param name="started">When the time limit began, by <paramref name="time"/>.</param>
internal sealed class StopRules(GenerationOptions options, IReadOnlySet<int> endIds, int context, TimeProvider time, long started)
{
    private readonly LoopDetector _loop = new(options.LoopNgram, options.LoopRepeats);
    private readonly StopText _text = new(options.Stop);

    /// <summary>Takes what the newest token added to the text and gives what may be shown of it.</summary>
    public string Filter(string text) => _text.Append(text);

    /// <summary>What was held back and may be shown after all, when the text is over.</summary>
    public string Flush() => _text.Flush();

    /// <summary>The reason to end after the newest token, or null to go on.</summary>
    public FinishReason? Check(GeneratedSequence sequence, CancellationToken cancellation)
    {
        if (endIds.Contains(sequence.Completion[^1])) return FinishReason.Eos;
        if (_text.Found) return FinishReason.Stop;
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
