using Sandglass.Generation;

namespace Sandglass.Cli.Tests;

public class SampleRunsTests
{
    // a text behind a window may have a million tokens
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task Tokens_that_were_shown_are_kept_by_nobody(int samples, bool json)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        Watch watch = new();
        SampleRuns runs = new(new Terminal(), model.GenerateSamples([1, 2, 3], samples, new GenerationOptions { MaxTokens = 100, IgnoreEnd = true }),
            _ => watch, json);

        Assert.False(await runs.ShowAsync(() => { }));

        GC.Collect();
        Assert.Equal(100 * samples, watch.Tokens.Count);
        Assert.InRange(watch.Tokens.Count(token => token.IsAlive), 0, 10);
        GC.KeepAlive(runs);
    }

    private sealed class Watch : IRunOutput
    {
        public List<WeakReference> Tokens { get; } = [];

        public void Token(GeneratedToken token, bool isShared) => Tokens.Add(new WeakReference(token));

        public void End(GenerationResult result) { }
    }
}
