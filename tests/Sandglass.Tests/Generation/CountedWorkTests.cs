using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Tracing;

namespace Sandglass.Tests.Generation;

/// <summary>What the engine counted where it did the work, against formulas of the shape.</summary>
public class CountedWorkTests(TypedModelFiles files, Grain grain) : IClassFixture<TypedModelFiles>, IClassFixture<Grain>
{
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(5, 4, 0)]
    [InlineData(5, 4, 2)]
    [InlineData(31, 2, 0)]  // 32 positions enter: one page
    [InlineData(32, 2, 7)]  // 33 enter: two
    [InlineData(300, 30, 0)]
    public async Task With_a_cache_every_token_but_the_last_enters_once(int promptTokens, int completion, int chunk)
    {
        using LanguageModel odd = LanguageModel.Load(files[TensorType.Q4_1], new ModelOptions { CacheType = CacheType.F32, Threads = 1 });
        foreach (LanguageModel model in (LanguageModel[])[grain.Model, odd])
        {
            Run run = await Evidence.OfRun(model, Evidence.Ids(promptTokens, model.Shape.VocabularySize), completion, chunk);

            int entered = promptTokens + completion - 1;
            Assert.Equal((long)model.Shape.Layers * entered, run.Result.LayerTokenPasses);
            Assert.Equal(Expected(model.Shape, [entered], completion), run.Result.MultiplyAdds);
            Hyperparameters shape = model.Shape;
            long pageBytes = 32L * shape.KeyValueHeads * (shape.KeyHeadDim + shape.ValueHeadDim) * (model.Options.CacheType == CacheType.F32 ? 4 : 2);
            Assert.Equal(shape.Layers * ((entered + 31) / 32) * pageBytes, run.Result.CacheBytes);
        }
    }

    [Fact]
    public async Task Without_a_cache_every_step_enters_the_whole_text_and_nothing_is_kept()
    {
        LanguageModel model = grain.Model;
        Run run = await Evidence.OfRun(model, Evidence.Ids(30, 4096), tokens: 5, noCache: true);

        int[] lengths = [30, 31, 32, 33, 34];
        Assert.Equal(model.Shape.Layers * lengths.Sum(), run.Result.LayerTokenPasses);
        Assert.Equal(Expected(model.Shape, lengths, logits: 5), run.Result.MultiplyAdds);
        Assert.Equal(0, run.Result.CacheBytes);
        Assert.Equal((await Evidence.OfRun(model, Evidence.Ids(30, 4096), tokens: 5)).Ids, run.Ids);
    }

    [Fact]
    public async Task A_second_run_counts_its_own_work_only()
    {
        Run first = await Evidence.OfRun(grain.Model, [1, 2, 3], tokens: 5);
        Run second = await Evidence.OfRun(grain.Model, [1, 2, 3], tokens: 5);

        Assert.Equal(first.Result.MultiplyAdds, second.Result.MultiplyAdds);
        Assert.Equal(first.Result.LayerTokenPasses, second.Result.LayerTokenPasses);
    }

    /// <summary>Multiply-adds of texts that are read from their first position, and of some rows of logits.</summary>
    private static MultiplyAdds Expected(Hyperparameters shape, int[] lengths, int logits)
    {
        long tokens = lengths.Sum();
        long visible = lengths.Sum(length => (long)length * (length + 1) / 2);
        long queries = (long)shape.Heads * shape.KeyHeadDim, keys = (long)shape.KeyValueHeads * shape.KeyHeadDim,
            values = (long)shape.KeyValueHeads * shape.ValueHeadDim;
        return new MultiplyAdds(
            Projections: shape.Layers * tokens * shape.Width * (queries + keys + values + (long)shape.Heads * shape.ValueHeadDim),
            FeedForward: shape.Layers * tokens * 3 * shape.Width * shape.FeedForwardWidth,
            Attention: shape.Layers * visible * shape.Heads * (shape.KeyHeadDim + shape.ValueHeadDim),
            Logits: (long)logits * shape.VocabularySize * shape.Width);
    }
}
