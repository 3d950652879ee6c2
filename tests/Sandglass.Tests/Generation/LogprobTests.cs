using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Sampling;
using Sandglass.Studies;
using Sandglass.Tests.Transformer;

namespace Sandglass.Tests.Generation;

/// <summary>The log-probabilities that are handed out are the model's own distribution.</summary>
public class LogprobTests(TypedModelFiles files) : IClassFixture<TypedModelFiles>
{
    [Fact]
    public async Task Over_the_whole_vocabulary_they_sum_to_one_and_equal_a_softmax_in_double()
    {
        int[] prompt = Evidence.Ids(9, TypedModel.Vocabulary);
        using LanguageModel model = LanguageModel.Load(files[TensorType.F32], new ModelOptions { CacheType = CacheType.F32 });
        Run run = await Run.Of(model, prompt,
            new GenerationOptions
            {
                MaxTokens = 6,
                EndIds = [],
                Logprobs = TypedModel.Vocabulary,
                Sampling = new SamplerOptions { Seed = 3, Temperature = 0.2, TopK = 5 }
            });
        using SmallRun plain = new(files[TensorType.F32], ComputeMode.Exact);
        float[][] logits = plain.Logits([.. prompt, .. run.Ids]);

        foreach (GeneratedToken token in run.Tokens)
        {
            double[] expected = SmallRun.LogSoftmax(logits[prompt.Length - 1 + token.Index]);
            Assert.Equal(TypedModel.Vocabulary, token.Top.Select(entry => entry.Id).Distinct().Count());
            Assert.Equal(1, token.Top.Sum(entry => Math.Exp(entry.Logprob)), 1e-5);
            Assert.All(token.Top, entry => Assert.Equal(expected[entry.Id], entry.Logprob, 1e-5));
            Assert.Equal(token.Top.OrderByDescending(entry => entry.Logprob).ThenBy(entry => entry.Id), token.Top);
            Assert.Equal(token.Top.Single(entry => entry.Id == token.Id).Logprob, token.Logprob); // no sampler changes it
        }
    }

    [Fact]
    public async Task A_score_says_the_rank_and_the_likeliest_of_each_position()
    {
        int[] ids = Evidence.Ids(40, TypedModel.Vocabulary);
        using LanguageModel model = LanguageModel.Load(files[TensorType.Q8_0]);
        TokenScore[] scores = await Run.Score(model, ids, new ScoreOptions { Logprobs = TypedModel.Vocabulary });

        Assert.Equal(Enumerable.Range(0, 39), scores.Select(score => score.Index));
        Assert.All(scores, score =>
        {
            Assert.Equal((ids[score.Index], ids[score.Index + 1]), (score.Id, score.Next));
            Assert.Equal(score.Top[score.Rank - 1], new TokenLogprob(score.Next, score.Logprob));
        });
    }

    [Fact]
    public async Task Perplexity_is_of_the_second_half_of_each_chunk_alone()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        string text = string.Concat(Enumerable.Repeat("The fox went into the wood, and there he met a bear. ", 12));
        int[] ids = model.Tokenizer.Encode(text).Ids;
        PerplexityResult result = await Perplexity.MeasureAsync(model, text, context: 32, chunks: 3);

        double sum = 0;
        for (int chunk = 0; chunk < 3; chunk++)
        {
            int[] piece = [model.Tokenizer.BosId!.Value, .. ids[(chunk * 32 + 1)..(chunk * 32 + 32)]];
            sum += (await Run.Score(model, piece, new ScoreOptions())).Where(score => score.Index is >= 16 and <= 30).Sum(score => score.Logprob);
        }
        Assert.Equal(3 * 15, result.Tokens);
        Assert.Equal(Math.Exp(-sum / 45), result.Perplexity, 1e-6 * result.Perplexity);
        await Assert.ThrowsAsync<GenerationException>(() => Perplexity.MeasureAsync(model, "too short", context: 32));
    }
}
