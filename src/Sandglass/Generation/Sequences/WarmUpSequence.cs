using System.Runtime.CompilerServices;
using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>A few tokens that go through the engine while the model loads: kernels and the loop are compiled, and workers started, before any clock
/// runs.</summary>
/// <remarks>
/// Without it the first prompt of a process seems to be processed at a hundredth of the real rate. It costs two steps of few tokens; kernels for long prompts
/// are still compiled with the first of those. What goes wrong is left to the request that meets it.
/// </remarks>
internal sealed class WarmUpSequence(PagePool pages) : Sequence(new int[PromptTokens + 2], PromptTokens, pages)
{
    private const int PromptTokens = 5;

    public override int LongestChunk => int.MaxValue;

    public override int FirstScored => Length - 1;

    /// <summary>Runs it; the engine's thread has not begun yet.</summary>
    public static void Run(Stepper stepper, PagePool pages)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled) return;  // a native program has nothing to compile: two steps would only delay its first token
        WarmUpSequence sequence = new(pages);
        if (!sequence.Cache.HasRoom(PromptTokens + 1)) return;
        stepper.Scheduler.Add(sequence);
        while (!stepper.Scheduler.IsIdle) stepper.Step();
    }

    public override void CheckInterruption() { }

    public override void ChunkRead() { }

    public override void Take(ReadOnlySpan<float> logits)
    {
        Append(0);
        IsOver = Length == PromptTokens + 2;
    }

    public override void Close() => IsOver = true;

    protected override void Complete(long cacheBytes) { }

    protected override void Complete(Exception failure) { }
}
