using Sandglass.Generation;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Generation;

/// <summary>Stop texts and breakers are compared with what tokens are called: a control token counts with its own name, and is not shown. One rule for a plain
/// text and for beams.</summary>
public sealed class StopNameTests(Grain grain) : IClassFixture<Grain>
{
    private const int Control = 0;   // <|endoftext|>
    private const string Name = "<|endoftext|>";
    private static readonly int[] Prompt = [440, 441];

    private LanguageModel Model => grain.Model;

    private Tokenizer Tokenizer => grain.Model.Tokenizer;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_stop_text_that_names_a_control_token_ends_the_text(bool beams)
    {
        GenerationOptions options = Written(beams, [Control]) with { Stop = [Name] };

        Run run = await Run.Of(Model, Prompt, options);

        Assert.Equal((FinishReason.Stop, "", 1), (run.Result.Finish, run.Text, run.Ids.Length));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_stop_text_may_span_control_and_plain_tokens(bool beams)
    {
        int[] ids = [Id(" cat"), Id(" dog"), Control, Id(" bird"), Id(" tree")];
        GenerationOptions options = Written(beams, ids);
        Run whole = await Run.Of(Model, Prompt, options with { Stop = ["\u2603"] });
        Assert.Equal(ids, whole.Ids);
        Assert.Equal(" cat dog bird tree", whole.Text);     // the control token is never shown

        Run across = await Run.Of(Model, Prompt, options with { Stop = [$"og{Name} b"] });
        Assert.Equal((FinishReason.Stop, " cat d", 4), (across.Result.Finish, across.Text, across.Ids.Length));

        Run joined = await Run.Of(Model, Prompt, options with { Stop = ["dog bird"] });     // what is called so is not called so
        Assert.Equal((FinishReason.Length, " cat dog bird tree"), (joined.Result.Finish, joined.Text));

        Run held = await Run.Of(Model, Prompt, options with { Stop = [$"dog{Name} bird tree top"] });
        Assert.Equal((FinishReason.Length, " cat dog bird tree"), (held.Result.Finish, held.Text));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Half_a_character_is_no_text_until_the_end_and_then_may_be_a_stop_text(bool beams)
    {
        int[] ids = [Id(" cat"), .. Tokenizer.Encode("\u2603", addBos: false).Ids];     // of three bytes
        Assert.InRange(ids.Length, 3, 4);

        Run whole = await Run.Of(Model, Prompt, Written(beams, ids) with { Stop = ["\uFFFD"] });
        Run broken = await Run.Of(Model, Prompt, Written(beams, ids[..^1]) with { Stop = ["\uFFFD"] });
        Run shown = await Run.Of(Model, Prompt, Written(beams, ids[..^1]) with { Stop = ["\u2604"] });

        Assert.Equal((FinishReason.Length, " cat\u2603"), (whole.Result.Finish, whole.Text));
        Assert.Equal((FinishReason.Length, " cat"), (broken.Result.Finish, broken.Text));
        Assert.Equal((FinishReason.Length, " cat\uFFFD"), (shown.Result.Finish, shown.Text));
    }

    [Fact]
    public void A_beam_stops_where_a_plain_text_does_whatever_it_is_made_of()
    {
        int[] pieces = [Control, .. Tokenizer.Encode("\u2603\u00e9", addBos: false).Ids, Id(" cat"), Id(" dog"), Tokenizer.Encode("a", addBos: false).Ids[^1]];
        string[][] stops = [["\uFFFD"], [Name], ["\u2603" + Name], ["t\uFFFD", "aa"], [Name + "a", "cat d"], ["text|><|end", "zz"],
            ["\u00e9a", "g" + Name + Name], []];
        HashSet<int> ends = [1];
        var random = new Random(5);
        int stopped = 0;
        for (int round = 0; round < 2000; round++)
        {
            StopTexts stop = StopTexts.Of(stops[round % stops.Length]);
            WrittenText plain = new(Tokenizer, ends, stop);
            BeamText beams = new(Tokenizer, ends, stop);
            BeamToken? last = null;
            string shown = "";
            while (last is null || (last.Length < 14 && !plain.HasStopped))
            {
                last = new BeamToken(last, pieces[random.Next(pieces.Length)], 0, new RowFacts([], null));
                shown += plain.Add(last.Id);
                Assert.Equal(plain.HasStopped, beams.HoldsStop(last));
            }
            stopped += plain.HasStopped ? 1 : 0;
            shown += plain.Rest();
            Assert.Equal(shown, beams.Of(last));
            Assert.DoesNotContain(Name, shown, StringComparison.Ordinal);
        }
        Assert.InRange(stopped, 500, 1900);
    }

    [Fact]
    public async Task An_end_id_ends_the_text_before_its_name_is_looked_at()
    {
        GenerationOptions options = Written(false, [Id(" cat"), Control]) with { EndIds = [Control], Stop = [$"cat{Name}"] };

        Run run = await Run.Of(Model, Prompt, options);

        Assert.Equal((FinishReason.Eos, " cat"), (run.Result.Finish, run.Text));
    }

    // 328 1045 270 were followed by 0 once; where 0 breaks, nothing repeats over it, so 328 costs nothing and 329 cannot win
    [Fact]
    public async Task A_breaker_that_names_a_control_token_breaks_at_it()
    {
        SamplerOptions sampling = new()
        {
            Seed = 1,
            Temperature = 1,
            Samplers = ["dry", "temperature"],
            AllowedIds = [328, 329],
            DryMultiplier = 50,
            DryBreakers = [Name]
        };

        Run run = await Run.Of(Model, [328, 1045, 270, Control, 328, 1045, 270, Control],
            new GenerationOptions { MaxTokens = 1, Explain = true, Sampling = sampling });
        Run free = await Run.Of(Model, [328, 1045, 270, Control, 328, 1045, 270, Control],
            new GenerationOptions { MaxTokens = 1, Explain = true, Sampling = sampling with { DryBreakers = ["\u2603"] } });

        Assert.InRange(run.Tokens[0].Explanation!.Final.Single(token => token.Id == 328).Probability, 0.999, 1);
        Assert.InRange(free.Tokens[0].Explanation!.Final.Single(token => token.Id == 328).Probability, 0, 0.001);
    }

    [Fact]
    public void Breakers_are_found_once_for_a_model()
    {
        Assert.Same(BreakerTokens.Of(["\n", ":"], Tokenizer), BreakerTokens.Of(["\n", ":"], Tokenizer));
        Assert.NotSame(BreakerTokens.Of(["\n", ":"], Tokenizer), BreakerTokens.Of([":", "\n"], Tokenizer));
        SequenceBreakers breakers = BreakerTokens.Of([Name, "og b"], Tokenizer);
        Assert.True(breakers.IsBreaker(Control));
        Assert.Equal(1, new LastBreaker(breakers).TokensSince([Id(" cat"), Control, Id(" tree")], 0, isGrown: false));
        Assert.Equal(0, new LastBreaker(breakers).TokensSince([Id(" dog"), .. Tokenizer.Encode(" b", addBos: false).Ids], 0, isGrown: false));
    }

    /// <summary>Options under which the likeliest text is made of these tokens, each of which comes once, in this order.</summary>
    private static GenerationOptions Written(bool beams, int[] ids) => new()
    {
        MaxTokens = ids.Length,
        EndIds = [1],
        Beams = beams ? new BeamOptions { Beams = 1 } : null,
        Sampling = new SamplerOptions
        {
            Temperature = beams ? 0.8 : 0,
            NoRepeatNgram = 1,
            LogitBias = ids.Select((id, place) => (id, place)).ToDictionary(pair => pair.id, pair => 1000.0 * (ids.Length - pair.place)),
        },
    };

    private int Id(string text) => Assert.Single(Tokenizer.Encode(text, addBos: false).Ids);
}
