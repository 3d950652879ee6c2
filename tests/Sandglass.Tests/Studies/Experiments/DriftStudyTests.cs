using Sandglass.Generation;
using Sandglass.Studies;
using Sandglass.Tests.Generation;

namespace Sandglass.Tests.Studies;

public class DriftStudyTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly int[] Prompt = [0, 2878, 713, 259, 538];

    [Fact]
    public async Task A_wrong_token_moves_what_is_next_to_it_most()
    {
        DriftRow[] rows = await new DriftStudy(grain.Model, Prompt, texts: 3, tokens: 72, at: 6, rank: 20, seed: 2).RunAsync().ToArrayAsync();

        DriftRow[] first = [.. rows.Where(row => row.Text == 0)], after = [.. rows.Where(row => row.What == "after")];
        Assert.Equal([(0, 31), (32, 63), (64, 71)], first.Where(row => row.What == "along").Select(row => (row.From, row.To)));
        Assert.Equal([(1, 1), (2, 2), (3, 4), (5, 8), (9, 16), (17, 32), (33, 64), (65, 65)], first.Where(row => row.What == "after")
            .Select(row => (row.From, row.To)));
        Assert.All(after.Where(row => row.From == 1), row => Assert.True(row.Divergence > 0.5));
        Assert.True(after.Where(row => row.From == 33).Average(row => row.Divergence) < 0.1);
        Assert.True(after.Where(row => row.From == 33).Average(row => row.EqualLikeliest) > 0.8);
        Assert.All(after, row => Assert.InRange(row.EqualWritten!.Value, 0, 1));
    }

    [Fact]
    public async Task Along_the_text_are_the_log_probabilities_of_its_own_tokens()
    {
        DriftRow[] rows = await new DriftStudy(grain.Model, Prompt, texts: 1, tokens: 8, at: 2, rank: 3, temperature: 0).RunAsync().ToArrayAsync();

        GenerationOptions options = new() { Sampling = new() { Temperature = 0 }, IgnoreEnd = true, MaxTokens = 8, Explain = true };
        Run greedy = await Run.Of(grain.Model, Prompt, options);
        Assert.Equal(greedy.Tokens.Average(token => (double)token.Logprob), rows[0].Logprob!.Value, 1e-9);
        Assert.Equal(greedy.Tokens.Average(token => token.Explanation!.EntropyRaw), rows[0].Entropy!.Value, 1e-5);
    }

    [Fact]
    public void The_divergence_is_that_of_the_formula()
    {
        // p = (1/2, 1/4, 1/4), q = (1/4, 1/4, 1/2), and what is added to all logits is nothing
        float half = MathF.Log(2);
        Assert.Equal(0.25 * Math.Log(2), Divergence.KullbackLeibler([half, 0, 0], [7, 7, 7 + half]), 1e-6);
        Assert.Equal(0, Divergence.KullbackLeibler([1, 2, 3], [11, 12, 13]), 1e-6);
    }

    [Fact]
    public void What_it_cannot_do_is_refused()
    {
        Assert.Equal("position", Assert.Throws<GenerationException>(() => new DriftStudy(grain.Model, Prompt, tokens: 10, at: 8)).Option);
        Assert.Equal("rank", Assert.Throws<GenerationException>(() => new DriftStudy(grain.Model, Prompt, rank: 1)).Option);
        Assert.Equal("rank", Assert.Throws<GenerationException>(() => new DriftStudy(grain.Model, Prompt, rank: 999)).Option);
    }
}
