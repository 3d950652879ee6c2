using Sandglass.Generation;
using Sandglass.Sampling;
using Xunit.Abstractions;

namespace Sandglass.Tests.Generation;

/// <summary>The decode loop allocates what it hands out, and nothing else.</summary>
[Collection(Alone.Name)]
public class AllocationTests(ITestOutputHelper output)
{
    private const int Few = 64, Many = 192;
    private const int TokenBytes = 16 + 64;  // GeneratedToken: header and fields
    private const int QueueBytes = 2 * 8;    // its place in the queue, whose array doubles
    private const int TextBytes = 3 * 2 * 6; // its characters, some six, in the builder of the result's text and in that text
    private const int SequenceBytes = 2 * 2 * 4; // its id, in an array that doubles by copying

    public static TheoryData<string, SamplerOptions, string[]> Ways => new()
    {
        { "greedy", SamplerOptions.Greedy, [] },
        { "sampled", new SamplerOptions { Seed = 1 }, [] },
        { "sampled, whole vocabulary", Evidence.Sampled, [] },
        { "greedy, with a stop text", SamplerOptions.Greedy, ["\u2603\u2603"] },
    };

    [Theory, MemberData(nameof(Ways))]
    public async Task A_token_costs_itself_its_text_and_its_place_in_the_queue(string way, SamplerOptions sampling, string[] stop)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        GenerationOptions options = new() { Sampling = sampling, Stop = stop, EndIds = [] };
        long few = long.MaxValue, many = long.MaxValue; // the least of several: the runtime's and the runner's own threads allocate at times, too
        for (int round = 0; round < 8; round++)
        {
            few = Math.Min(few, await Allocated(model, options with { MaxTokens = Few }));
            many = Math.Min(many, await Allocated(model, options with { MaxTokens = Many }));
        }
        double least = (many - few) / (double)(Many - Few);
        output.WriteLine($"{way}: {least:F1} bytes a token beside its text");

        Assert.InRange(least, TokenBytes, TokenBytes + QueueBytes + SequenceBytes + TextBytes);
    }

    public static TheoryData<string, GenerationOptions> Requests => new()
    {
        { "greedy", new GenerationOptions { Sampling = SamplerOptions.Greedy } },
        { "sampled", new GenerationOptions() },
        { "every step, explained",
            new GenerationOptions { Explain = true,
            Sampling = new SamplerOptions { TypicalP = 0.9, RepetitionPenalty = 1.2, DryMultiplier = 0.8, AllowedIds = [1, 2, 3], TopNSigma = 2,
            XtcProbability = 0.1 } } },
        { "drafts kept by their probability", new GenerationOptions { Draft = DraftKind.Lookup, DraftRejection = true } },
        { "beams", new GenerationOptions { Beams = new BeamOptions() } },
    };

    // buffers of choosing alone were 17 bytes a token of the vocabulary: 70 KB with this small one, 2.2 MB with one of 128,256 tokens
    [Theory, MemberData(nameof(Requests))]
    public async Task A_request_that_waits_holds_nothing_of_the_vocabularys_size(string way, GenerationOptions options)
    {
        const int Waiting = 200;
        using HeldEngine time = new();
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = time });
        using CancellationTokenSource cancel = new();
        TextGeneration[] waiting = new TextGeneration[Waiting + 1];
        waiting[0] = model.GenerateAsync([0, 2878, 713], options, cancel.Token);    // and what is made once for all of them
        long before = GC.GetTotalMemory(forceFullCollection: true), allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i <= Waiting; i++) waiting[i] = model.GenerateAsync([0, 2878, 713], options, cancel.Token);
        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Waiting;
        long held = (GC.GetTotalMemory(forceFullCollection: true) - before) / Waiting;
        output.WriteLine($"{way}: holds {held} bytes of {allocated}");
        await cancel.CancelAsync();
        time.Release();
        foreach (TextGeneration generation in waiting) await generation.Result;

        Assert.InRange(held, 0, 4500);
        Assert.InRange(allocated, 0, 16_000);   // the rest is garbage of the checks
    }

    /// <summary>Bytes that a run allocates, without the strings that it hands out.</summary>
    private static async Task<long> Allocated(LanguageModel model, GenerationOptions options)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        TextGeneration generation = model.GenerateAsync([0, 2878, 713], options);
        await generation.Result;
        long after = GC.GetTotalAllocatedBytes(precise: true);
        Run run = await Run.Read(generation);
        Assert.Equal(options.MaxTokens, run.Tokens.Length);
        return after - before - run.Tokens.Sum(token => token.Text.Length == 0 ? 0 : (22 + 2L * token.Text.Length + 7) / 8 * 8);
    }
}
