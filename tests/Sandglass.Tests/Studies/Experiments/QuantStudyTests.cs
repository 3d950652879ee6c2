using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Studies;
using Sandglass.Tests.Generation;

namespace Sandglass.Tests.Studies;

public sealed class QuantStudyTests(Grain grain) : IClassFixture<Grain>, IDisposable
{
    private const string Model = "embedded:grain-1m";

    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-").FullName;

    private string Scratch => Path.Combine(_folder, "scratch.gguf");

    [Fact]
    public async Task Fewer_bits_cost_more_and_the_same_type_costs_nothing()
    {
        StudyText text = await StudyText.DrawAsync(grain.Model, [0, 2878, 713], texts: 4, tokens: 90, seed: 1);

        QuantRow[] rows = await new QuantStudy(Model, grain.Model, Scratch, text, [null, TensorType.Q8_0, TensorType.Q4_0], [CacheType.F32, CacheType.Q4])
            .RunAsync().ToArrayAsync();

        Assert.Equal(
            [("given", "f32"), ("given", "q4"), ("Q8_0", "f32"), ("Q8_0", "q4"), ("Q4_0", "f32"), ("Q4_0", "q4")],
            rows.Select(row => (row.Weights, row.CacheType)));
        Assert.All(rows, row => Assert.Equal(4 * 90, row.Tokens));
        Assert.Equal((0, 0, 1), (rows[0].Lost, rows[0].LostError, rows[0].EqualLikeliest));         // the reference itself
        Assert.Equal(rows[0] with { Weights = "Q8_0" }, rows[2] with { WeightBytes = rows[0].WeightBytes });     // the file is Q8_0 already
        Assert.True(rows[4].Lost > 0.005 && rows[4].EqualLikeliest < 0.95);
        Assert.Equal(Math.Log(rows[4].Perplexity / rows[0].Perplexity), rows[4].Lost, 1e-9);
        Assert.True(rows[4].WeightBytes < 0.6 * rows[0].WeightBytes);
        // two layers, two heads of 32 keys and values: 2 * 2 * 64 * 4 bytes; q4 has its scales and minima too
        Assert.Equal(1024, rows[0].CacheBytesPerToken);
        Assert.InRange(rows[1].CacheBytesPerToken, 128, 192);
    }

    [Fact]
    public void A_given_text_is_cut_as_perplexity_is_measured()
    {
        byte[] utf8 = [.. Enumerable.Repeat("The fox said to the bear. "u8.ToArray(), 10).SelectMany(part => part)];
        int[] ids = grain.Model.Tokenizer.Encode(utf8, parseSpecial: false).Ids;

        StudyText text = StudyText.Cut(grain.Model, utf8, texts: 2, tokens: 16);

        Assert.Equal([[0, .. ids[1..16]], [0, .. ids[17..32]]], text.Texts);
        Assert.Equal((8, false), (text.From, text.IsDrawn));
        Assert.Equal("text", Assert.Throws<GenerationException>(() => StudyText.Cut(grain.Model, "Short."u8, 1, 16)).Option);
    }

    [Fact]
    public async Task Another_text_is_another_setting()
    {
        StudyText one = await StudyText.DrawAsync(grain.Model, [0], 1, 8, seed: 1), other = await StudyText.DrawAsync(grain.Model, [0], 1, 8, seed: 2);

        Assert.NotEqual(one.Facts, other.Facts);
        Assert.Equal(one.Facts, (one with { IsDrawn = false }).Facts);
    }

    [Fact]
    public void Differences_are_of_places()
    {
        ScoreDifference difference = ScoreDifference.Of([new(-1, 5), new(-2, 6), new(-3, 7)], [new(-2, 5), new(-2, 8), new(-5, 7)]);

        Assert.Equal(1, difference.Lost);                       // 1, 0, 2
        Assert.Equal(1 / Math.Sqrt(3), difference.Error, 1e-12);    // their standard deviation is 1
        Assert.Equal(2 / 3.0, difference.Equal, 1e-12);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
