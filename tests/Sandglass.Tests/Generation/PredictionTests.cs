using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>A predicted completion changes no token, and the nearer it is, the fewer steps the text takes.</summary>
public sealed class PredictionTests(SpeculationTests.Pair pair) : IClassFixture<SpeculationTests.Pair>
{
    private const string Prompt = "There was once a king who";

    [Theory, MemberData(nameof(SpeculationTests.Chains), MemberType = typeof(SpeculationTests))]
    public async Task Token_for_token_the_text_without_it(string chain)
    {
        GenerationOptions options = new() { Sampling = SpeculationTests.ChainsByName[chain], MaxTokens = 90, HashLogits = true };
        Run plain = await Run.Of(pair.Model, Prompt, options);
        int[][] predictions = [plain.Ids, Edited(plain.Ids), plain.Ids[20..], Evidence.Ids(90, 4096), [plain.Ids[0]],
            [.. Evidence.Ids(300, 4096), .. plain.Ids]];
        for (int i = 0; i < predictions.Length; i++)
            SpeculationTests.Same(plain, await Run.Of(pair.Model, Prompt, options with { Draft = (DraftKind)(i % 3), Prediction = predictions[i] }));
        SpeculationTests.Same(plain, await Run.Of(pair.Model, Prompt, options with { Draft = DraftKind.Model, Prediction = predictions[1] }));
        pair.NothingLeft();
    }

    [Fact]
    public async Task The_nearer_it_is_the_fewer_steps()
    {
        GenerationOptions options = new()
        {
            Sampling = new SamplerOptions { Seed = 3, Temperature = 1.2, TopK = 0, TopP = 1, MinP = 0 },
            MaxTokens = 200,
            IgnoreEnd = true
        };
        int[] text = (await Run.Of(pair.Model, Prompt, options)).Ids;
        async Task<int> Steps(int[]? prediction)
        {
            GenerationResult result = (await Run.Of(pair.Model, Prompt,
                options with { Draft = prediction is null ? DraftKind.Lookup : DraftKind.None, Prediction = prediction })).Result;
            return result.CompletionTokens - result.Speculation!.Accepted;
        }

        int without = await Steps(null), equal = await Steps(text), edited = await Steps(Edited(text)), foreign = await Steps(Evidence.Ids(200, 4096));
        int moved = await Steps([.. text[..50], .. Evidence.Ids(400, 4096), .. text[50..]]), short_ = await Steps(text[..100]);

        Assert.InRange(without, 180, 200);              // this text repeats little
        Assert.InRange(equal, 200 / 17, 22);            // 17 tokens a step at most
        Assert.InRange(edited, equal + 1, 75);          // 20 tokens are others, too many or missing
        Assert.InRange(moved, equal, 40);
        Assert.InRange(short_, 100, 120);
        Assert.InRange(foreign, 180, 200);
    }

    [Fact]
    public async Task Samples_follow_it_as_far_as_each_does()
    {
        GenerationOptions options = new() { Sampling = new SamplerOptions { Seed = 3 }, MaxTokens = 60, IgnoreEnd = true };
        Run[] plain = await Task.WhenAll(pair.Model.GenerateSamples(Prompt, 3, options).Select(Run.Read));
        Run[] predicted = await Task.WhenAll(pair.Model.GenerateSamples(Prompt, 3, options with { Prediction = plain[1].Ids }).Select(Run.Read));

        Assert.Equal(plain.Select(run => run.Text), predicted.Select(run => run.Text));
        Assert.InRange(predicted[1].Result.Speculation!.Accepted, 45, 59);
        pair.NothingLeft();
    }

    [Fact]
    public async Task It_is_copied_and_checked()
    {
        List<int> mine = [.. Evidence.Ids(20, 4096)];
        TextGeneration generation = pair.Model.GenerateAsync(Prompt, new GenerationOptions { MaxTokens = 40, Prediction = mine });
        for (int i = 0; i < mine.Count; i++) mine[i] = int.MaxValue;
        Assert.Equal(FinishReason.Length, (await generation.Result).Finish);

        GenerationOptions[] wrong =
        [
            new() { Prediction = [4096] }, new() { Prediction = [-1] }, new() { Prediction = [1], NoCache = true },
            new() { Prediction = [1], Beams = new BeamOptions { Beams = 2 } }, new() { Prediction = new int[pair.Model.Context + 1] },
        ];
        Assert.All(wrong, options =>
            Assert.Equal("Prediction", Assert.Throws<GenerationException>(() => { pair.Model.GenerateAsync(Prompt, options); }).Option));
        Assert.Null((await pair.Model.CompleteAsync(Prompt, new GenerationOptions { MaxTokens = 2, Prediction = [], NoCache = true })).Speculation);
    }

    [Theory]
    [InlineData(new int[0], 0, 2)]                          // nothing is written: the beginning
    [InlineData(new[] { 10 }, 1, 3)]
    [InlineData(new[] { 10, 11, 12 }, 3, 5)]
    [InlineData(new[] { 10, 11, 99 }, 0, 0)]                // another token
    [InlineData(new[] { 10, 11, 99, 13 }, 4, 1)]            // in the place of one
    [InlineData(new[] { 10, 11, 99, 12, 13 }, 4, 2)]        // one more than expected
    [InlineData(new[] { 10, 11, 13, 14 }, 5, 2)]            // one left out
    [InlineData(new[] { 10, 11, 15 }, 0, 0)]                // one alone says too little
    [InlineData(new[] { 10, 11, 12, 13, 14, 15 }, 0, 0)]    // the end
    [InlineData(new[] { 12, 13 }, 4, 2)]
    public void Where_a_completion_stands_in_it(int[] completion, int next, int alike)
    {
        PredictedText predicted = new([10, 11, 12, 13, 14, 15], 3);
        int[] text = [1, 2, 3, .. completion];
        (int, int) found = default;
        for (int length = 3; length <= text.Length; length++) found = predicted.Find(text.AsSpan(0, length), 32);

        Assert.Equal((next, alike), found);
    }

    [Fact]
    public void A_far_place_is_found_and_of_places_alike_the_nearest()
    {
        int[] round = [.. Enumerable.Range(0, 3000).Select(i => i % 10 == 9 ? 1000 + i : i % 10)];   // runs of nine, told apart by what follows
        PredictedText predicted = new(round, 0);
        Assert.Equal(9, predicted.Find(round.AsSpan(0, 9), 32).Next);
        int[] text = [.. round[..500], 77, .. round[501..507]];
        for (int length = 10; length <= text.Length; length++) predicted.Find(text.AsSpan(0, length), 32);
        Assert.Equal((507, 6), predicted.Find(text, 32));

        int[] far = [.. text, .. round[2000..2010]];
        Assert.Equal(2010, predicted.Find(far, 32).Next);
    }

    /// <summary>Every tenth token is another, one too many or missing, in turns.</summary>
    private static int[] Edited(int[] ids) =>
        [.. ids.SelectMany((id, i) => (i % 30) switch { 9 => (int[])[(id + 1) % 4096], 19 => [id, (id + 7) % 4096], 29 => [], _ => [id] })];
}
