using Sandglass.Generation;
using Sandglass.KvCache;

namespace Sandglass.Planning;

/// <summary>A text that the scheduler treats as any other, and of which nothing is computed: its tokens are all the same.</summary>
/// <param name="pages">Of the simulated engine.</param>
/// <param name="clock">The simulation's.</param>
/// <param name="came">When it came: mostly in the middle of a step, after which it is seen.</param>
/// <param name="prompt">Tokens of the prompt.</param>
/// <param name="answer">Tokens that it writes.</param>
/// <param name="found">Positions that are there when it begins: they take pages and need not be read.</param>
internal sealed class SimulatedText(PagePool pages, SimulatedClock clock, double came, int prompt, int answer, int found = 0)
    : Sequence(new int[prompt + answer], prompt, pages, new SequenceGroup(new RowShare(new Ticket { PromptTokens = prompt, MostWritten = answer })))
{
    private readonly int _prompt = prompt;

    /// <summary>When it came.</summary>
    public double Came { get; } = came;

    /// <summary>When it got its place; no number before that.</summary>
    public double Begun { get; private set; } = double.NaN;

    /// <summary>When its first token was there.</summary>
    public double First { get; private set; } = double.NaN;

    /// <summary>When its last token was.</summary>
    public double Ended { get; private set; } = double.NaN;

    /// <summary>Tokens written.</summary>
    public int Written => Length - _prompt;

    /// <summary>Why it could not go on; null for nothing.</summary>
    public Exception? Failure { get; private set; }

    public override int LongestChunk => int.MaxValue;

    public override int FirstScored => Length - 1;

    public override void Begin()
    {
        if (double.IsNaN(Begun)) Begun = clock.Now;
        if (found == 0 || !Cache.HasRoom(found)) return;
        Cache.Reserve(found);
        Cache.Commit(found);
    }

    public override void CheckInterruption() { }

    public override void ChunkRead() { }

    public override void Take(ReadOnlySpan<float> logits)
    {
        Append(0);
        if (Written == 1) First = clock.Now;
        if (Written < answer) return;
        Ended = clock.Now;
        IsOver = true;
    }

    public override void Close() => IsOver = true;

    protected override void Complete(long cacheBytes) { }

    protected override void Complete(Exception failure) => Failure = failure;
}
