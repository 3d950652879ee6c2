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
    private const int QueueBytes = 2 * 8;    // its place in the channel, whose segments double
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

        Assert.InRange(least, TokenBytes, TokenBytes + QueueBytes + SequenceBytes);
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
