using System.Diagnostics;
using System.Runtime.InteropServices;
using Sandglass.Sampling;

namespace Sandglass.KernelBench;

/// <summary>
/// What it costs to choose a token, on one thread, by what is asked for: microseconds a row, over rounds in which all cases take
/// turns. A text gets another row each time, as from a model: penalties would flatten one that came again and again. On a busy
/// machine the first decile tells more.
/// </summary>
internal static class ChoosingBench
{
    private const int Texts = 16;
    private const int Written = 512;    // tokens of each text so far
    private const int Peaks = 24;       // tokens that stand out of a row

    private static readonly (string Name, SamplerOptions Options, int Logprobs, CandidateWatch? Watch)[] Cases =
    [
        ("greedy", SamplerOptions.Greedy, 0, null),
        ("temperature 1", new SamplerOptions { TopK = 0, TopP = 1, MinP = 0, Temperature = 1 }, 0, null),
        ("temperature 0.7", new SamplerOptions { TopK = 0, TopP = 1, MinP = 0, Temperature = 0.7 }, 0, null),
        ("top_p 0.9", new SamplerOptions { TopK = 0, TopP = 0.9, MinP = 0, Temperature = 1 }, 0, null),
        ("top_p 0.999", new SamplerOptions { TopK = 0, TopP = 0.999, MinP = 0, Temperature = 1 }, 0, null),
        ("min_p 0.05", new SamplerOptions { TopK = 0, TopP = 1, MinP = 0.05, Temperature = 1 }, 0, null),
        ("top_k 40, the usual chain", new SamplerOptions { Temperature = 0.8 }, 0, null),
        ("penalties", new SamplerOptions { TopK = 0, TopP = 1, MinP = 0, Temperature = 1, FrequencyPenalty = 0.5, PresencePenalty = 0.5 }, 0, null),
        ("dry", new SamplerOptions { TopK = 0, TopP = 1, MinP = 0, Temperature = 1, DryMultiplier = 0.8 }, 0, null),
        ("no_repeat_ngram 3", new SamplerOptions { TopK = 0, TopP = 1, MinP = 0, Temperature = 1, NoRepeatNgram = 3 }, 0, null),
        ("an id banned", new SamplerOptions { TopK = 0, TopP = 1, MinP = 0, Temperature = 1, BannedIds = [0] }, 0, null),
        ("temperature 1, 20 logprobs", new SamplerOptions { TopK = 0, TopP = 1, MinP = 0, Temperature = 1 }, 20, null),
        ("greedy, traced", SamplerOptions.Greedy, 0, new CandidateWatch(32, [])),
        ("temperature 1, traced", new SamplerOptions { TopK = 0, TopP = 1, MinP = 0, Temperature = 1 }, 0, new CandidateWatch(32, [])),
        ("temperature 0.7, traced", new SamplerOptions { TopK = 0, TopP = 1, MinP = 0, Temperature = 0.7 }, 0, new CandidateWatch(32, [])),
        ("the usual chain, traced", new SamplerOptions { Temperature = 0.8 }, 0, new CandidateWatch(32, [])),
    ];

    /// <param name="vocabularies">Their sizes.</param>
    /// <param name="seconds">For each.</param>
    internal static void Run(int[] vocabularies, double seconds)
    {
        foreach (int vocabulary in vocabularies)
        {
            float[][] rows = [.. Enumerable.Range(0, Texts).Select(seed => Row(vocabulary, seed))];
            SamplingBuffers buffers = new(vocabulary);
            Sampler[][] samplers = [.. Cases.Select(one => Enumerable.Range(0, Texts).Select(text => Made(one.Options, one.Watch, text, buffers)).ToArray())];
            List<double>[] times = [.. Cases.Select(_ => new List<double>())];
            long begun = Stopwatch.GetTimestamp();
            for (long position = Written; Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds; position++)
            {
                for (int one = 0; one < Cases.Length; one++)
                {
                    double from = Microseconds();
                    for (int text = 0; text < Texts; text++) Choose(samplers[one][text], rows[(text + position) % Texts], position, Cases[one].Logprobs);
                    times[one].Add((Microseconds() - from) / Texts);
                }
            }
            Console.WriteLine($"{vocabulary} ids, {Texts} texts of {Written} tokens and more: us a token, first decile and median");
            for (int one = 0; one < Cases.Length; one++)
                Console.WriteLine($"  {Cases[one].Name,-28}{At(times[one], 0.1),8:F1} {At(times[one], 0.5),8:F1}");
        }
    }

    private static void Choose(Sampler sampler, float[] row, long position, int logprobs)
    {
        Choice choice = sampler.Choose(row, position);
        if (logprobs > 0) Logprobs.Top(row, choice.LogSumExp, new TokenLogprob[logprobs]);
        sampler.Accept(choice.Id);
    }

    private static Sampler Made(SamplerOptions options, CandidateWatch? watch, int text, SamplingBuffers buffers)
    {
        Sampler sampler = new(options, (ulong)text, new SamplerText(buffers.VocabularySize), buffers, watch: watch);
        Random random = new(text);
        for (int i = 0; i < Written; i++) sampler.Accept((int)(random.NextDouble() * random.NextDouble() * random.NextDouble() * 2000));
        return sampler;
    }

    /// <summary>A bell of logits, and some that stand out of it, as rows of trained models have them: an entropy of about 2.5 nats.</summary>
    private static float[] Row(int vocabulary, int seed)
    {
        Random random = new(seed);
        float[] row = new float[vocabulary];
        foreach (ref float logit in row.AsSpan())
        {
            for (int i = 0; i < 6; i++) logit += (float)(3.5 * random.NextDouble() - 1.75);
        }
        for (int i = 0; i < Peaks; i++) row[random.Next(vocabulary)] = 15 - 0.4f * i;
        return row;
    }

    /// <summary>Of this thread's own time, where the system tells it: other processes then cost caches, but no time.</summary>
    private static double Microseconds()
    {
        const int ThreadTime = 3;       // CLOCK_THREAD_CPUTIME_ID of Linux
        if (!OperatingSystem.IsLinux() || GetTime(ThreadTime, out Time time) != 0) return Stopwatch.GetElapsedTime(0).TotalMicroseconds;
        return time.Seconds * 1e6 + time.Nanoseconds / 1e3;
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out Time time);

    private static double At(List<double> times, double share)
    {
        times.Sort();
        return times[(int)(times.Count * share)];
    }

    private readonly struct Time
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
