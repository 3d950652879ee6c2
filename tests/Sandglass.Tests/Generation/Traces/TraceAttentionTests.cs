using Sandglass.Generation;
using Sandglass.Tests.Transformer;

namespace Sandglass.Tests.Generation;

/// <summary>What a trace tells of attention: sums, bytes, columns, the same however the text was computed.</summary>
public sealed class TraceAttentionTests(Grain grain, TypedModelFiles files) : IClassFixture<Grain>, IClassFixture<TypedModelFiles>
{
    private static GenerationOptions Options => new() { Sampling = Evidence.Sampled, MaxTokens = 5, IgnoreEnd = true, HashLogits = true, ShareCache = false };

    public static TheoryData<string> Kinds => [.. RandomModel.Kinds];

    // latent attention, layers with windows of their own, capped scores, heads of other widths: whatever a block may be
    [Theory, MemberData(nameof(Kinds))]
    public async Task Of_every_architecture_each_head_sums_to_1_and_bytes_are_what_heads_make_them(string kind)
    {
        using LanguageModel model = LanguageModel.Load(files[kind]);
        int[] prompt = Evidence.Ids(45, 301);
        TraceRun run = await TraceRun.Of(model, prompt, Options, AllHeads(model));
        Assert.Equal((await Run.Of(model, prompt, Options)).Hashes, run.Tokens.Select(step => step.Token.LogitsHash));
        Check(run, model);
    }

    [Fact]
    public async Task A_window_shows_its_sinks_first_and_then_what_it_still_sees()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Window = 300, SinkTokens = 5 });
        TraceRun run = await TraceRun.Of(model, Evidence.Ids(1000, 4096), Options, AllHeads(model));
        Check(run, model);
        Assert.All(run.Tokens, step => Assert.Equal((305, 5, step.Position - 300), (step.Attention!.Positions, step.Attention.Sinks, step.Attention.From)));
        TraceRun within = await TraceRun.Of(model, Evidence.Ids(303, 4096), Options, AllHeads(model));
        Check(within, model);
        Assert.Equal([(303, 0, 0), (304, 0, 0), (305, 0, 0), (305, 5, 6), (305, 5, 7)],
            within.Tokens.Select(step => (step.Attention!.Positions, step.Attention.Sinks, step.Attention.From)));
    }

    // a prompt longer than a span, so that tokens are cut at spans where there are several threads
    [Fact]
    public async Task The_same_however_it_was_computed()
    {
        int[] prompt = Evidence.Ids(700, 4096);
        TraceOptions watched = AllHeads(grain.Model);
        GenerationOptions options = Options with { MaxTokens = 8 };
        int[] own = (await Run.Of(grain.Model, prompt, options)).Ids;
        TraceRun expected = await TraceRun.Of(grain.Model, prompt, options, watched);
        Check(expected, grain.Model);
        TraceRun guessed = await TraceRun.Of(grain.Model, prompt, options with { Prediction = [.. own[..6], 9, 9] }, watched);
        Assert.Contains(guessed.Tokens, step => step.IsDraft);
        foreach (TraceRun other in (TraceRun[])[
            guessed, await TraceRun.Of(grain.Model, prompt, options with { NoCache = true }, watched),
            await TraceRun.Of(grain.Model, prompt, options with { PrefillChunk = 97 }, watched)])
        {
            Same(expected, other);
        }
        using LanguageModel alone = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Threads = 1 });
        Same(expected, await TraceRun.Of(alone, prompt, options, watched));
    }

    [Fact]
    public async Task Only_what_was_asked_for_is_there()
    {
        int[] prompt = Evidence.Ids(10, 4096);
        TraceRun none = await TraceRun.Of(grain.Model, prompt, Options, new TraceOptions { Attention = TracedAttention.None, Candidates = 3 });
        Assert.All(none.Tokens, step => Assert.True(step is { Attention: null, Candidates.Count: 3, Asked.Count: 1, Logits.IsEmpty: true }));
        TraceRun means = await TraceRun.Of(grain.Model, prompt, Options);
        Assert.All(means.Tokens, step => Assert.True(step.Attention is { Means.IsEmpty: false, Maxima.IsEmpty: true, Heads.Count: 0 }));
    }

    private static TraceOptions AllHeads(LanguageModel model) => new()
    {
        Attention = TracedAttention.All,
        Heads = [.. Enumerable.Range(0, model.Shape.Layers).SelectMany(layer =>
            Enumerable.Range(0, model.Shape.Heads).Select(head => new TracedHead(layer, head)))],
    };

    private static void Check(TraceRun run, LanguageModel model)
    {
        foreach (TokenStep step in run.Tokens)
        {
            TraceAttention attention = step.Attention!;
            int columns = attention.Positions, heads = model.Shape.Heads;
            if (attention.Sinks == 0) Assert.Equal((step.Position, 0), (columns, attention.From));
            Assert.Equal(attention.Layers * columns, attention.Means.Length);
            Assert.Equal(attention.Layers * columns, attention.Maxima.Length);
            Assert.Equal(attention.Layers * heads, attention.Heads.Count);
            foreach ((TracedHead head, ReadOnlyMemory<float> weights) in attention.Heads)
                Assert.True(Math.Abs(weights.ToArray().Sum(weight => (double)weight) - 1) < 1e-5, $"{head}");
            for (int layer = 0; layer < attention.Layers; layer++)
            {
                float[][] own = [.. attention.Heads.Where(one => one.Head.Layer == layer).Select(one => one.Weights.ToArray())];
                for (int column = 0; column < columns; column++)
                {
                    float sum = own[0][column], largest = own[0][column];
                    for (int head = 1; head < heads; head++) (sum, largest) = (sum + own[head][column], Math.Max(largest, own[head][column]));
                    Assert.True(
                        (Byte(sum / heads), Byte(largest)) == (attention.Means.Span[layer * columns + column], attention.Maxima.Span[layer * columns + column]),
                        $"layer {layer}, column {column}");
                }
            }
        }
    }

    private static byte Byte(float weight) => (byte)Math.Round(255 * Math.Sqrt(weight));

    private static void Same(TraceRun expected, TraceRun found)
    {
        Assert.Equal(expected.Tokens.Length, found.Tokens.Length);
        foreach ((TokenStep one, TokenStep other) in expected.Tokens.Zip(found.Tokens))
        {
            Assert.Equal((one.Position, one.Attention!.Positions), (other.Position, other.Attention!.Positions));
            Assert.True(one.Attention.Means.Span.SequenceEqual(other.Attention.Means.Span), $"means at {one.Position}");
            Assert.True(one.Attention.Maxima.Span.SequenceEqual(other.Attention.Maxima.Span), $"maxima at {one.Position}");
            foreach ((ReadOnlyMemory<float> a, ReadOnlyMemory<float> b) in one.Attention.Heads.Zip(other.Attention.Heads, (x, y) => (x.Weights, y.Weights)))
                Assert.True(a.Span.SequenceEqual(b.Span), $"heads at {one.Position}");
        }
    }
}
