using Sandglass.Generation;
using Sandglass.Studies;
using Sandglass.Tests.Generation;

namespace Sandglass.Tests.Studies;

public class SpeculationStudyTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly int[] Prompt = [0, 2878, 713, 259, 538];

    [Fact]
    public async Task A_model_that_guesses_for_itself_is_always_right()
    {
        using LanguageModel drafted = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Draft = "embedded:grain-1m" });

        SpeculationRow[] rows = await new SpeculationStudy(drafted, grain.Model, Prompt, [0, 1], texts: 2, tokens: 33).RunAsync().ToArrayAsync();

        SpeculationRow[] byModel = [.. rows.Where(row => row.Draft != "lookup")];
        Assert.Equal([1, 2, 3, 4, 6, 8, 12, 16, 1, 2, 3, 4, 6, 8, 12, 16], byModel.Select(row => row.Length));
        Assert.All(byModel, row => Assert.Equal((row.Drafted, 1), (row.Accepted, row.LastHeld)));
        // the first token is the prompt's; 32 more in steps of three
        Assert.Equal((33, 12, 21), byModel.Where(row => row is { Length: 2, Temperature: 0 }).Select(row => (row.Tokens, row.Steps, row.Accepted)).Single());
        Assert.All(rows, row => Assert.True(row.TextEqual));
        Assert.All(rows, row => Assert.Equal(row.Tokens, row.Steps + row.Accepted));
        Assert.Equal(16, rows.Count(row => row.Draft == "lookup"));
    }

    [Fact]
    public async Task Lookup_guesses_where_a_greedy_text_goes_round()
    {
        SpeculationRow[] rows = await new SpeculationStudy(grain.Model, null, Prompt, [0], texts: 1, tokens: 100).RunAsync().ToArrayAsync();

        Assert.Equal(8, rows.Length);
        Assert.Equal(rows.OrderByDescending(row => row.Steps), rows);       // a longer draft saves no fewer steps
        Assert.True(rows[^1].Steps < 50 && rows[0].Accepted > 0.8 * rows[0].Drafted);
    }

    [Fact]
    public void Steps_are_counted_as_the_engine_takes_them()
    {
        // places:                      0       1       2       3       4       5
        (int Made, int Held)[] text = [(0, 0), (4, 2), (4, 4), (4, 1), (4, 0), (4, 4)];

        // with two at once: token 0; at 1 two guesses of which both hold, and token 3; at 4 one guess (token 5 is the last), which fails, and token 4; token 5
        Assert.Equal(new SpeculationRow("x", 0, 2, 6, 4, 3, 2, 1, true), SpeculationStudy.Row("x", 0, 2, [text], true));
        // with one: token 0; 1 and 2; 3 and 4 (its guess holds); 5
        Assert.Equal(new SpeculationRow("x", 0, 1, 6, 4, 2, 2, 1, true), SpeculationStudy.Row("x", 0, 1, [text], true));
        // with four the third guess of four fails, and the last place is never reached
        Assert.Equal(new SpeculationRow("x", 0, 4, 6, 4, 5, 2, null, true), SpeculationStudy.Row("x", 0, 4, [text], true));
    }

    [Fact]
    public void A_model_that_guesses_must_be_the_models_draft() =>
        Assert.Equal("draft", Assert.Throws<GenerationException>(() => new SpeculationStudy(grain.Model, grain.Model, Prompt, [1])).Option);
}
