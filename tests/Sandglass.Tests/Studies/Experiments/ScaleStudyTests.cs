using Sandglass.Generation;
using Sandglass.Planning;
using Sandglass.Studies;
using Sandglass.Tests.Generation;
using Sandglass.Tracing;

namespace Sandglass.Tests.Studies;

public sealed class ScaleStudyTests(Grain grain) : IClassFixture<Grain>, IDisposable
{
    private static readonly int[] Lengths = [40, 80, 300];

    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-").FullName;

    [Fact]
    public async Task Work_is_counted_by_kind_as_the_formula_has_it_and_times_stand_beside()
    {
        ScaleRow[] rows = await new ScaleStudy(grain.Model, Lengths, tokens: 3, repeat: 2).RunAsync().ToArrayAsync();
        ModelShape shape = PlannedModel.Open("embedded:grain-1m").Shape;

        Assert.Equal(4 * Lengths.Length, rows.Length);
        foreach (int length in Lengths)
        {
            Assert.Equal(ModelWork.OfPrompt(shape, length), Counted(rows, "prompt", length));
            Assert.Equal(ModelWork.OfToken(shape, length), Counted(rows, "token", length));
        }
        ScaleRow[] measured = [.. rows.Where(row => row.Source == "measured")];
        Assert.All(measured, row => Assert.InRange(row.Seconds!.Value, row.SecondsLow!.Value, row.SecondsHigh!.Value));
        Assert.All(measured, row => Assert.True(row.SecondsLow > 0 && row.Runs is 1 or 2));
    }

    [Fact]
    public async Task A_length_without_room_ends_it_and_a_larger_context_goes_on()
    {
        string path = Path.Combine(_folder, "results.jsonl");
        int[] lengths = [8, 16, 100];
        ScaleRow[] few = await RunAsync(context: 64), all = await RunAsync(context: 128);

        Assert.Equal([8, 16], few.Select(row => row.Context).Distinct());
        Assert.Equal([8, 16, 100], all.Select(row => row.Context).Distinct());
        Assert.Equal(few, all[..few.Length]);      // times too: they were kept

        async Task<ScaleRow[]> RunAsync(int context)
        {
            using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Context = context });
            ScaleStudy study = new(model, lengths, tokens: 2, repeat: 1);
            using ExperimentFile<ScaleRow> results = ExperimentFile<ScaleRow>.Open(path, study);
            return await study.RunAsync(results).ToArrayAsync();
        }
    }

    [Theory, InlineData(1, 1), InlineData(1_000_000, 2)]
    public async Task It_ends_before_a_length_that_would_take_too_long(int seconds, int lengths)
    {
        using StepClock clock = new();      // a pass takes a second of it
        clock.Release();
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = clock });

        ScaleRow[] rows = await new ScaleStudy(model, [16, 128], tokens: 2, repeat: 1, TimeSpan.FromSeconds(seconds)).RunAsync().ToArrayAsync();

        Assert.Equal(lengths, rows.Select(row => row.Context).Distinct().Count());
    }

    [Fact]
    public void Powers_and_the_crossing_are_fitted()
    {
        ScaleRow[] rows = [.. new[] { 1000, 2000, 4000, 8000 }.SelectMany(Rows)];

        IReadOnlyList<ScaleFit> fits = ScaleFit.Of(rows)!;

        Assert.Equal(["prompt", "token"], fits.Select(fit => fit.What));
        Assert.Equal([1.0, 0.0], fits.Select(fit => Math.Round(fit.Weights, 6) + 0.0));
        Assert.Equal([2.0, 1.0], fits.Select(fit => Math.Round(fit.Attention, 6)));
        Assert.All(fits, fit => Assert.Equal(2e-3, fit.WeightsSeconds, 1e-9));
        Assert.All(fits, fit => Assert.Equal(1e-6, fit.AttentionSeconds, 1e-12));
        Assert.Equal([4000.0, 2000.0], fits.Select(fit => Math.Round(fit.Crossing!.Value)));
        Assert.InRange(fits[0].Time, 1.1, fits[0].LastTime);
        Assert.Null(ScaleFit.Of(rows[..4]));        // through one length there is no line

        // 2 ms a token, and 1 us more for each position that it sees: half of the prompt on average
        static IEnumerable<ScaleRow> Rows(int n) =>
        [
            new("prompt", "counted", n) { MultiplyAdds = new MultiplyAdds(n, 2L * n, (long)n * n, 0) },
            new("prompt", "measured", n) { Seconds = n * (2e-3 + 1e-6 * n / 2) },
            new("token", "counted", n) { MultiplyAdds = new MultiplyAdds(1, 2, n, 3) },
            new("token", "measured", n) { Seconds = 2e-3 + 1e-6 * n },
        ];
    }

    [Fact]
    public void What_it_cannot_do_is_refused()
    {
        Assert.Equal("lengths", Assert.Throws<GenerationException>(() => new ScaleStudy(grain.Model, [])).Option);
        Assert.Equal("lengths", Assert.Throws<GenerationException>(() => new ScaleStudy(grain.Model, [8, 8])).Option);
        Assert.Equal("lengths", Assert.Throws<GenerationException>(() => new ScaleStudy(grain.Model, [1 << 20])).Option);
        Assert.Equal("tokens", Assert.Throws<GenerationException>(() => new ScaleStudy(grain.Model, [8], tokens: 1)).Option);
        using LanguageModel windowed = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Window = 64 });
        Assert.Equal("Window", Assert.Throws<GenerationException>(() => new ScaleStudy(windowed, [8])).Option);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ModelWork Counted(ScaleRow[] rows, string what, int length)
    {
        MultiplyAdds sum = Assert.Single(rows, row => row.What == what && row.Source == "counted" && row.Context == length).MultiplyAdds!.Value;
        return new ModelWork(sum.Projections + sum.FeedForward, sum.Attention, sum.Logits);
    }
}
