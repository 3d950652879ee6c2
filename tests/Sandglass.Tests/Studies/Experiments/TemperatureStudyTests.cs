using Sandglass.Generation;
using Sandglass.Sampling;
using Sandglass.Studies;
using Sandglass.Tests.Generation;

namespace Sandglass.Tests.Studies;

public class TemperatureStudyTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly int[] Prompt = [0, 2878, 713, 259, 538];

    [Fact]
    public async Task Variety_goes_up_and_likelihood_down()
    {
        TemperatureRow[] rows = await new TemperatureStudy(grain.Model, Prompt, [0, 0.7, 2], texts: 6, tokens: 24, seed: 5).RunAsync().ToArrayAsync();

        Assert.Equal([0, 0.7, 2], rows.Select(row => row.Temperature));
        Assert.Equal((1, 0), (rows[0].EqualTexts, rows[2].EqualTexts));
        Assert.True(rows[0].Distinct1 < rows[1].Distinct1 && rows[1].Distinct1 < rows[2].Distinct1);
        Assert.True(rows[1].Distinct2 < rows[2].Distinct2 && rows[1].Distinct3 < rows[2].Distinct3);
        Assert.True(rows[1].MeanLogprob > rows[2].MeanLogprob + 1);
    }

    [Fact]
    public async Task Its_texts_are_those_that_the_model_writes_with_those_seeds()
    {
        TemperatureRow row = await new TemperatureStudy(grain.Model, Prompt, [1.1], texts: 2, tokens: 12, seed: 3).RunAsync().SingleAsync();

        SamplerOptions sampling = new() { Temperature = 1.1, TopK = 0, TopP = 1, MinP = 0 };
        Run[] runs = [.. await Task.WhenAll(((ulong[])[3, 4]).Select(
            seed => Run.Of(grain.Model, Prompt, new GenerationOptions { MaxTokens = 12, Sampling = sampling with { Seed = seed } })))];
        Assert.Equal(runs.Sum(run => run.Tokens.Length), row.Tokens);
        Assert.Equal(runs.Sum(run => run.Tokens.Sum(token => (double)token.Logprob)) / row.Tokens, row.MeanLogprob!.Value, 1e-9);
        Assert.Equal(Ngrams.Distinct(runs.Select(run => run.Ids), 2), row.Distinct2);
        Assert.Equal(runs[0].Result.Text, row.Text);
    }

    [Fact]
    public void What_it_cannot_do_is_refused()
    {
        Assert.Equal("samples", Assert.Throws<GenerationException>(() => new TemperatureStudy(grain.Model, Prompt, [1], texts: 1)).Option);
        Assert.Equal("tokens", Assert.Throws<GenerationException>(() => new TemperatureStudy(grain.Model, Prompt, [1], tokens: 1020)).Option);
        Assert.Equal("temperatures", Assert.Throws<GenerationException>(() => new TemperatureStudy(grain.Model, Prompt, [])).Option);
    }
}
