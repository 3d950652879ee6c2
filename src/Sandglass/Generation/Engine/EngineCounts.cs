using System.Numerics;
using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>What an engine is doing and has done. Its thread counts; any thread may read.</summary>
internal sealed class EngineCounts
{
    private const int MostPower = 14;

    private int _running, _preempted;
    private long _preemptions, _promptTokens, _generatedTokens, _steps, _stepTokens, _drafts, _drafted, _accepted;
    private readonly long[] _stepsByTokens = new long[MostPower + 1];     // [power of 2]: steps of at most so many tokens, and more than half of it

    /// <summary>After a step's plan: requests that have a part in steps, and begun ones that wait.</summary>
    public void Now(int running, int preempted)
    {
        Volatile.Write(ref _running, running);
        Volatile.Write(ref _preempted, preempted);
    }

    public void Preempted() => Interlocked.Increment(ref _preemptions);

    public void Stepped(int tokens)
    {
        if (tokens == 0) return;
        Interlocked.Increment(ref _steps);
        Interlocked.Add(ref _stepTokens, tokens);
        int power = tokens == 1 ? 0 : BitOperations.Log2((uint)tokens - 1) + 1;    // the least power of 2 that is no smaller
        Interlocked.Increment(ref _stepsByTokens[Math.Min(power, MostPower)]);
    }

    public void Prompt(int tokens) => Interlocked.Add(ref _promptTokens, tokens);

    /// <summary>Tokens written so far.</summary>
    public long GeneratedTokens => Interlocked.Read(ref _generatedTokens);

    public void Generated(int tokens, int accepted)
    {
        Interlocked.Add(ref _generatedTokens, tokens);
        if (accepted > 0) Interlocked.Add(ref _accepted, accepted);
    }

    public void Drafted(int tokens)
    {
        if (tokens == 0) return;
        Interlocked.Add(ref _drafted, tokens);
        Interlocked.Increment(ref _drafts);
    }

    /// <summary>All of it at this moment.</summary>
    public EngineActivity Read(WaitingRoom room, PagePool pages)
    {
        (int layers, long capacity) = (pages.Shape.Layers, pages.Reachable);
        long held = pages.Held / layers;
        return new EngineActivity(room.EstimatedWait)
        {
            Running = Volatile.Read(ref _running),
            Waiting = room.Requests + Volatile.Read(ref _preempted),
            WaitingTokens = room.Tokens,
            CacheUsage = capacity > 0 ? Math.Clamp((double)held / capacity, 0, 1) : 0,
            Pages = capacity,
            MostPages = pages.Most,
            HeldPages = held,
            CachedPages = pages.Kept / layers,
            PrefixQueriedTokens = pages.PrefixQueriedTokens,
            PrefixHitTokens = pages.PrefixHitTokens,
            Preemptions = Interlocked.Read(ref _preemptions),
            PromptTokens = Interlocked.Read(ref _promptTokens),
            GeneratedTokens = Interlocked.Read(ref _generatedTokens),
            Steps = Interlocked.Read(ref _steps),
            StepTokens = Interlocked.Read(ref _stepTokens),
            StepsByTokens = [.. _stepsByTokens],
            Drafts = Interlocked.Read(ref _drafts),
            Drafted = Interlocked.Read(ref _drafted),
            Accepted = Interlocked.Read(ref _accepted),
        };
    }
}
