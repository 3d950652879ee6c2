using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.Sampling;
using Sandglass.Transformer;

namespace Sandglass.Planning;

/// <summary>Requests that come by chance to a <see cref="SimulatedEngine"/>: how long they wait, and how fast they are served.</summary>
internal sealed class ServingSimulation
{
    private const int LongestAnswer = 8;    // times the mean: of geometric lengths one in 3,000 would be longer
    private const int GapDraw = 0, AnswerDraw = 1;

    /// <summary>What is simulated.</summary>
    public required ServedText Text { get; init; }

    /// <summary>How long a step takes.</summary>
    public required StepSeconds StepSeconds { get; init; }

    /// <summary>Texts at once.</summary>
    public required int Places { get; init; }

    /// <summary>Tokens of a step at most; 0 for the engine's own mixture.</summary>
    public required int StepTokens { get; init; }

    /// <summary>Pages of 32 positions.</summary>
    public required long PageSets { get; init; }

    /// <summary>Requests that are counted; a quarter as many come before, which find the batch as empty as it begins.</summary>
    public int Requests { get; init; } = 2000;

    /// <summary>Of the chance by which requests come and answers end.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Runs it until all that are counted have ended; others come as long as that takes.</summary>
    /// <param name="rate">Requests a second.</param>
    /// <param name="done">Told the share that is done, 0 to 1, as requests come.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>, after a step.</param>
    public SimulatedLoad Run(double rate, Action<double>? done = null, CancellationToken cancellation = default)
    {
        ModelOptions options = new() { MaxBatch = Places, MaxBatchTokens = StepTokens };
        double busy = 0;
        using SimulatedEngine engine = new(options, PageSets, batch => Seconds(batch, ref busy));
        int warming = Requests / 4, came = 0, left = Requests;
        Queue<SimulatedText> counted = [];
        List<SimulatedTimes> times = new(Requests);
        double next = Gap(0, rate);
        while (times.Count < Requests)
        {
            cancellation.ThrowIfCancellationRequested();
            if (engine.Scheduler.IsIdle) engine.Clock.Now = Math.Max(engine.Clock.Now, next);
            for (; next <= engine.Clock.Now; next += Gap(++came, rate))
            {
                SimulatedText text = engine.Add(next, Text.Prompt, Answer(came), Text.Found);
                if (came >= warming && left-- > 0) counted.Enqueue(text);
            }
            done?.Invoke(Math.Min(1, (double)came / (warming + Requests)));
            if (!engine.Step()) engine.Clock.Now = Math.Max(engine.Clock.Now, next);
            for (; counted.TryPeek(out SimulatedText? first) && first.IsOver; counted.Dequeue()) times.Add(SimulatedTimes.Of(first));
        }
        return SimulatedLoad.Of(times, rate, busy / engine.Clock.Now, engine.Scheduler.Preemptions);
    }

    /// <summary>Of a step, which may write tokens of some texts and read pieces of others.</summary>
    private double Seconds(StepBatch batch, ref double busy)
    {
        int writers = 0, read = 0;
        double depths = 0, before = 0;
        foreach (Segment segment in batch.Batch.Segments)
        {
            int tokens = segment.Tokens.Length;
            if (tokens == 1 && segment.FirstPosition >= Text.Prompt)
            {
                writers++;
                depths += segment.FirstPosition;
                continue;
            }
            read += tokens;
            before += (double)segment.FirstPosition * tokens;
        }
        if (writers + read == 0) return 0;
        double seconds = StepSeconds(writers, writers == 0 ? 0 : depths / writers, read, read == 0 ? 0 : before / read);
        busy += seconds * batch.Sequences.Length;
        return seconds;
    }

    private double Gap(int request, double rate) => -Elementary.Log(Chance(request, GapDraw)) / rate;

    private int Answer(int request)
    {
        if (Text.Spread == AnswerSpread.Fixed || Text.Answer == 1) return Text.Answer;
        double tokens = 1 + Math.Floor(Elementary.Log(Chance(request, AnswerDraw)) / Elementary.Log(1 - 1.0 / Text.Answer));
        double most = Math.Min(LongestAnswer * (double)Text.Answer, Math.Max(1, PageSets * (double)CacheShape.PagePositions - Text.Prompt));
        return (int)Math.Min(tokens, Math.Min(most, Text.Longest));     // where the context ends, as the engine does
    }

    /// <summary>A number above 0, at most 1.</summary>
    private double Chance(int request, int draw) => ((Philox.Draw64(Seed, request, draw, 0) >> 11) + 1) * (1.0 / (1L << 53));
}
