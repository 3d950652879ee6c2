using Sandglass.Generation;
using Sandglass.Studies;
using Sandglass.Tests.Generation;

namespace Sandglass.Tests.Studies;

public class WindowStudyTests(Grain grain) : IClassFixture<Grain>
{
    private const string Model = "embedded:grain-1m";

    [Fact]
    public async Task A_smaller_window_loses_more()
    {
        StudyText text = await StudyText.DrawAsync(grain.Model, [0, 2878, 713], texts: 2, tokens: 200, seed: 1);

        WindowRow[] rows = await new WindowStudy(Model, grain.Model, text, [8, 96], [0, 4]).RunAsync().ToArrayAsync();

        Assert.Equal([(0, 0), (8, 0), (8, 4), (96, 0), (96, 4)], rows.Select(row => (row.Window, row.Sinks)));
        Assert.Equal((0, 0, 1), (rows[0].Lost, rows[0].LostError, rows[0].EqualLikeliest));
        Assert.All(rows, row => Assert.Equal(2 * (203 - 1 - 96), row.Tokens));
        Assert.True(rows[1].Lost > rows[3].Lost && rows[2].Lost > rows[4].Lost && rows[1].Lost > 0.02);
        Assert.True(rows[1].EqualLikeliest < rows[3].EqualLikeliest);
        Assert.Equal((203 * 512.0, 8 * 512.0, 12 * 512.0), (rows[0].CacheBytes, rows[1].CacheBytes, rows[2].CacheBytes));
    }

    [Fact]
    public async Task The_whole_text_in_a_window_is_no_window()
    {
        StudyText text = await StudyText.DrawAsync(grain.Model, [0, 2878, 713], texts: 1, tokens: 60, seed: 1);

        WindowRow row = await new WindowStudy(Model, grain.Model, text, [61], [4]).RunAsync().LastAsync();

        Assert.Equal((61, 1), (row.Window, row.Tokens));        // the last token alone is behind it, and the sinks hold what the window does not
        Assert.Equal(0, row.Lost, 1e-4);
    }

    [Fact]
    public async Task A_window_as_long_as_the_text_is_refused()
    {
        StudyText text = await StudyText.DrawAsync(grain.Model, [0], texts: 1, tokens: 20, seed: 1);

        Assert.Equal("windows", Assert.Throws<GenerationException>(() => new WindowStudy(Model, grain.Model, text, [20], [0])).Option);
        Assert.Equal("windows", Assert.Throws<GenerationException>(() => new WindowStudy(Model, grain.Model, text, [1], [0])).Option);
    }
}
