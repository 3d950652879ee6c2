using Sandglass.Generation;
using Sandglass.Planning;
using Sandglass.Tracing;

namespace Sandglass.Tests;

/// <summary>Counted work: the formula's multiply-adds are those of the engine's counters.</summary>
public class ModelWorkTests
{
    [Theory]
    [InlineData("grain-1m", 1, 1)]
    [InlineData("grain-1m", 40, 25)]
    [InlineData("grain-6m", 7, 60)]
    public async Task A_text_takes_the_multiply_adds_that_the_engine_counts(string name, int prompt, int completion)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded(name, new ModelOptions { Threads = 1 });
        GenerationOptions options = new() { MaxTokens = completion, IgnoreEnd = true };
        GenerationResult result = await model.CompleteAsync([.. Enumerable.Range(50, prompt)], options);
        MultiplyAdds counted = result.MultiplyAdds;

        ModelWork planned = ModelWork.OfText(PlannedModel.Open($"embedded:{name}").Shape, prompt, completion);
        Assert.Equal(completion, result.CompletionTokens);
        Assert.Equal(counted.Projections + counted.FeedForward, planned.Weights);
        Assert.Equal(counted.Attention, planned.Attention);
        Assert.Equal(counted.Logits, planned.Logits);
    }

    [Fact]
    public async Task Without_the_cache_all_is_computed_again()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Threads = 1 });
        GenerationResult result = await model.CompleteAsync([.. Enumerable.Range(50, 10)],
            new GenerationOptions { MaxTokens = 5, IgnoreEnd = true, NoCache = true });

        ModelShape shape = PlannedModel.Open("embedded:grain-1m").Shape;
        ModelWork[] tokens = [.. Enumerable.Range(9, 5).Select(depth => ModelWork.OfTokenWithoutCache(shape, depth))];
        Assert.Equal(result.MultiplyAdds.Attention, tokens.Sum(token => token.Attention));
        Assert.Equal(result.MultiplyAdds.Projections + result.MultiplyAdds.FeedForward, tokens.Sum(token => token.Weights));
    }

    /// <summary>One token with the cache grows with the length, without it with the square: the third power is of no single token, but of a whole text
    /// without the cache.</summary>
    [Fact]
    public void Each_kind_of_work_grows_with_its_own_power()
    {
        ModelShape shape = ModelShape.Named("llama-3-8b");
        double Power(Func<double, double> work) => Math.Log2(work(2_000_000) / work(1_000_000));

        Assert.Equal(0, Power(n => ModelWork.OfToken(shape, n).Weights));
        Assert.Equal(1, Power(n => ModelWork.OfToken(shape, n).Attention), tolerance: 0.001);
        Assert.Equal(1, Power(n => ModelWork.OfPrompt(shape, n).Weights));
        Assert.Equal(2, Power(n => ModelWork.OfPrompt(shape, n).Attention), tolerance: 0.001);
        Assert.Equal(2, Power(n => ModelWork.OfTokenWithoutCache(shape, n).Attention), tolerance: 0.001);
        // a whole text without the cache: the sum over its tokens
        Assert.Equal(3, Math.Log2(Text(4000) / Text(2000)), tolerance: 0.01);

        double Text(int tokens) => Enumerable.Range(1, tokens).Sum(n => ModelWork.OfTokenWithoutCache(shape, n).Attention);
    }

    [Fact]
    public void A_text_read_at_once_is_the_sum_of_its_tokens()
    {
        foreach (string name in (string[])["llama-3-8b", "gemma-3-1b", "deepseek-v3", "gpt-oss-20b"])
        {
            ModelShape shape = ModelShape.Named(name);
            Assert.Equal(Enumerable.Range(0, 700).Sum(depth => ModelWork.OfToken(shape, depth).Attention), ModelWork.OfPrompt(shape, 700).Attention);
        }
    }

    // by hand: 32 layers, 32 heads, keys and values of 128: 2 x 32 x 32 x 256 operations a pair of tokens, 8192 x 8193 / 2 pairs
    [Fact]
    public void The_parts_of_8K_are_these()
    {
        ScalePlan plan = ScalePlan.For(ModelShape.Named("llama-3-8b"), 8192);

        Assert.Equal(2.0 * 32 * 32 * 256 * (8192L * 8193 / 2), plan.Quadratic);
        Assert.Equal(2.0 * (8192 * (8_030_261_248 - 2 * 128256 * 4096L - 65 * 4096) + 128256 * 4096L), plan.Linear);
        Assert.Equal((1, 1, 1), (plan.Relative, plan.AttentionRelative, plan.TokenRelative));
        Assert.Equal(plan.Quadratic + plan.Linear, plan.Total);
    }

    [Fact]
    public void At_a_million_attention_is_16384_times_as_much_and_the_whole_far_less()
    {
        ScalePlan plan = ScalePlan.For(ModelShape.Named("llama-3-8b"), 1 << 20);

        Assert.Equal(16384, plan.AttentionRelative, tolerance: 3);
        Assert.InRange(plan.Relative, 2000, 3000);
        Assert.InRange(plan.TokenRelative, 20, 40);
    }

    [Fact]
    public void Windows_make_it_nearly_linear()
    {
        ScalePlan mistral = ScalePlan.For(ModelShape.Named("mistral-7b-v0.1"), 1 << 20), full = ScalePlan.For(ModelShape.Named("mistral-7b"), 1 << 20);

        Assert.InRange(mistral.AttentionRelative, 128, 180);        // 128 times as long
        Assert.True(full.AttentionRelative > 90 * mistral.AttentionRelative);
        Assert.Null(ScalePlan.Crossing(ModelShape.Named("mistral-7b-v0.1"), ofToken: true));
    }

    [Fact]
    public void Attention_passes_the_weights_where_it_is_said()
    {
        ModelShape shape = ModelShape.Named("llama-3-8b");
        long token = ScalePlan.Crossing(shape, ofToken: true)!.Value, prompt = ScalePlan.Crossing(shape, ofToken: false)!.Value;

        ScalePlan before = ScalePlan.For(shape, token - 1), at = ScalePlan.For(shape, token);
        Assert.True(before.TokenAttention <= before.TokenWeights && at.TokenAttention > at.TokenWeights);
        ScalePlan shorter = ScalePlan.For(shape, prompt - 1), text = ScalePlan.For(shape, prompt);
        Assert.True(shorter.Quadratic <= shorter.Linear && text.Quadratic > text.Linear);
        Assert.Throws<PlanException>(() => ScalePlan.For(shape, 0));
    }
}
