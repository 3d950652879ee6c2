using Sandglass.Generation;
using Sandglass.Studies;
using Sandglass.Tests.Generation;

namespace Sandglass.Tests.Studies;

public class RepetitionStudyTests(Grain grain) : IClassFixture<Grain>
{
    [Fact]
    public async Task Greedy_texts_of_the_small_model_loop_and_remedies_break_the_circle()
    {
        RepetitionRow[] rows = await new RepetitionStudy(grain.Model, [[0, 2878, 713, 259, 538], [0, 328, 819, 341]], tokens: 120).RunAsync().ToArrayAsync();

        RepetitionRow none = rows[0], banned = rows.Single(row => row.Remedy == "no-repeat-ngram 4"), penalty = rows.Single(row => row.Remedy.EndsWith("1.3"));
        Assert.Equal(("none", 2, 240), (none.Remedy, none.Texts, none.Tokens));
        Assert.Equal(2, none.Looped);
        Assert.True(none.Repeated4 > 0.4);
        Assert.Equal((0.0, 0.0, 0), (banned.Repeated4, banned.Repeated8, banned.Looped));     // its very definition
        Assert.True(penalty.Repeated2 < none.Repeated2 && penalty.MeanLogprob < none.MeanLogprob);
        Assert.All(rows, row => Assert.Equal(row.Looped == 0, row.LoopFrom is null));
    }

    [Fact]
    public void What_it_cannot_do_is_refused()
    {
        Assert.Equal("prompts", Assert.Throws<GenerationException>(() => new RepetitionStudy(grain.Model, [])).Option);
        Assert.Equal("ids", Assert.Throws<GenerationException>(() => new RepetitionStudy(grain.Model, [[]])).Option);
        Assert.Equal("tokens", Assert.Throws<GenerationException>(() => new RepetitionStudy(grain.Model, [[1]], tokens: 1024)).Option);
    }
}
