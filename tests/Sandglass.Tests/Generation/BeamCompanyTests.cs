using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>Beams with what else may be asked for: groups against a plain search of them, few candidates, a window, stop texts, interruption.</summary>
public sealed class BeamCompanyTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly int[] Prompt = Evidence.Ids(31, 4096);
    private static readonly int[] Ends = [2878, 14, 12];

    private LanguageModel Model => grain.Model;

    [Theory]
    [InlineData(4, 2, 0.5, 1.0, EarlyStopping.False)]
    [InlineData(6, 3, 0.2, 0.0, EarlyStopping.True)]
    [InlineData(6, 2, 3.0, 2.0, EarlyStopping.Never)]
    [InlineData(6, 6, 1.0, 1.0, EarlyStopping.False)]
    [InlineData(8, 4, 0.7, -0.5, EarlyStopping.Never)]
    [InlineData(6, 3, 1.5, -1.0, EarlyStopping.False)]
    public async Task Groups_find_what_a_plain_search_finds(int beams, int groups, double diversity, double lengthPenalty, EarlyStopping early)
    {
        BeamOptions options = new() { Beams = beams, Groups = groups, DiversityPenalty = diversity, LengthPenalty = lengthPenalty, EarlyStopping = early };
        foreach (int tokens in (int[])[1, 5, 14])
        {
            (string Ids, double Score)[] expected = await new PlainGroupBeams(options, tokens, Ends, Scores).SearchAsync();

            Run run = await Run.Of(Model, Prompt, new GenerationOptions { MaxTokens = tokens, EndIds = Ends, Beams = options });

            Assert.Equal(expected.Select(text => text.Ids), run.Result.Beams!.Select(beam => string.Join(',', beam.Ids)));
            Assert.All(expected.Zip(run.Result.Beams!), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-5));
        }
        Assert.Equal(0, Model.Pages.Held);
    }

    [Theory, InlineData(2, 8), InlineData(3, 27), InlineData(3, 64)]
    public async Task More_beams_than_there_are_tokens_find_every_text(int allowed, int beams)
    {
        int[] ids = [.. Enumerable.Range(300, allowed)];
        GenerationOptions options = new()
        {
            MaxTokens = 3,
            EndIds = [],
            Sampling = new SamplerOptions { AllowedIds = ids },
            Beams = new BeamOptions { Beams = beams }
        };

        Run run = await Run.Of(Model, Prompt, options);

        Assert.Equal(allowed * allowed * allowed, run.Result.Beams!.Count);
        Assert.Equal(run.Result.Beams.Count, run.Result.Beams.Select(beam => string.Join(',', beam.Ids)).Distinct().Count());
        Assert.All(run.Result.Beams, beam => Assert.All(beam.Ids, id => Assert.Contains(id, ids)));
        Assert.Equal(run.Result.Beams.OrderByDescending(beam => beam.Score), run.Result.Beams);
        Assert.Equal(0, Model.Pages.Held);
    }

    [Theory, InlineData(40, 4), InlineData(33, 0)]
    public async Task Within_a_window_a_beam_has_the_score_that_reading_it_through_the_window_gives(int window, int sinks)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Window = window, SinkTokens = sinks });
        GenerationOptions options = new() { MaxTokens = 70, EndIds = [], Beams = new BeamOptions { Beams = 3 } };

        Run run = await Run.Of(model, Prompt, options);
        Run uncached = await Run.Of(model, Prompt, options with { NoCache = true });

        Assert.Equal(run.Result.Beams!.Select(beam => (string.Join(',', beam.Ids), beam.Score)),
            uncached.Result.Beams!.Select(beam => (string.Join(',', beam.Ids), beam.Score)));
        foreach (BeamResult beam in run.Result.Beams!)
        {
            float sum = 0;
            foreach (TokenScore score in await Run.Score(model, [.. Prompt, .. beam.Ids], new ScoreOptions { From = Prompt.Length - 1 })) sum += score.Logprob;
            Assert.Equal(sum / beam.Ids.Count, beam.Score);
        }
        Assert.Equal(0, model.Pages.Held);
    }

    [Fact]
    public async Task A_stop_text_over_several_tokens_ends_each_beam_that_holds_it_and_nothing_of_it_is_shown()
    {
        GenerationOptions options = new() { MaxTokens = 30, Beams = new BeamOptions { Beams = 4, EarlyStopping = EarlyStopping.Never } };
        string text = (await Run.Of(Model, "Once upon a time", options)).Text;
        for (int from = 3; from + 7 < text.Length; from += 5)
        {
            string stop = text.Substring(from, 7);

            Run run = await Run.Of(Model, "Once upon a time", options with { Stop = [stop, "\u2603"] });

            Assert.All(run.Result.Beams!, beam => Assert.DoesNotContain(stop, beam.Text, StringComparison.Ordinal));
            Assert.Equal(run.Result.Beams![0].Text, run.Text);
            foreach (BeamResult beam in run.Result.Beams!.Where(beam => beam.Finish == FinishReason.Stop))
            {
                string whole = Model.Tokenizer.Decode([.. beam.Ids]);
                Assert.Equal(beam.Text, whole[..whole.IndexOf(stop, StringComparison.Ordinal)]);
                Assert.DoesNotContain(stop, Model.Tokenizer.Decode([.. beam.Ids.SkipLast(1)]), StringComparison.Ordinal);
            }
            Assert.Equal(0, Model.Pages.Held);
        }
    }

    [Fact]
    public async Task A_time_limit_ends_a_search_with_what_it_has()
    {
        Run run = await Run.Of(Model, Prompt,
            new GenerationOptions { TimeLimit = TimeSpan.FromMilliseconds(40), EndIds = [], NoCache = true, Beams = new BeamOptions { Beams = 4 } });

        Assert.Equal(FinishReason.Time, run.Result.Finish);
        Assert.All(run.Result.Beams!, beam => Assert.Equal(FinishReason.Time, beam.Finish));
        Assert.Equal(run.Ids, run.Result.Beams!.FirstOrDefault()?.Ids ?? []);
        Assert.Equal(0, Model.Pages.Held);
    }

    /// <summary>The likeliest of what follows a completion.</summary>
    private async Task<IReadOnlyList<TokenLogprob>> Scores(int[] completion)
    {
        int[] text = [.. Prompt, .. completion];
        return (await Run.Score(Model, [.. text, 0], new ScoreOptions { From = text.Length - 1, Logprobs = 64 }))[0].Top;
    }
}
