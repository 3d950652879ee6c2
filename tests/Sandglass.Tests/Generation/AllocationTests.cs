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
        { "every step, explained", new GenerationOptions { Explain = true, Sampling = new SamplerOptions { TypicalP = 0.9, RepetitionPenalty = 1.2, DryMultiplier = 0.8, AllowedIds = [1, 2, 3], TopNSigma = 2, XtcProbability = 0.1 } } },
        { "drafts kept by their probability", new GenerationOptions { Draft = DraftKind.Lookup, DraftRejection = true } },
        { "beams", new GenerationOptions { Beams = new BeamOptions() } },
    };

    // buffers of choosing alone were 17 bytes a token of the vocabulary, 70 KB with this small one
    [Theory, MemberData(nameof(Requests))]
    public void A_request_that_waits_holds_nothing_of_the_vocabularys_size(string way, GenerationOptions options)
    {
        const int Rounds = 16;
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        using CancellationTokenSource cancel = new();
        long least = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();   // the caller's: the engine's thread works on the first of them
            _ = model.GenerateAsync([0, 2878, 713], options, cancel.Token);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        cancel.Cancel();
        output.WriteLine($"{way}: {least} bytes");

        Assert.InRange(least, 0, 16_000);   // most of it is garbage of the checks
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
