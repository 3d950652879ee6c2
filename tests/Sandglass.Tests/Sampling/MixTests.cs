using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

public class MixTests
{
    private static readonly SamplerText Ten = new(10) { EndIds = [2, 3] };

    public static TheoryData<SamplerOptions, string> Refused => new()
    {
        { new() { Samplers = [] }, "Samplers" },
        { new() { Samplers = ["top_q"] }, "Samplers" },
        { new() { Samplers = ["top_k", "top-k"] }, "Samplers" },
        { new() { Samplers = ["top_k,top_k"] }, "Samplers" },
        { new() { Samplers = [" ; , "] }, "Samplers" },
        { new() { Samplers = ["top_k"], TopP = 0.5 }, "TopP" },
        { new() { Samplers = ["top_k"], Given = ["TopP"] }, "TopP" },
        { new() { Samplers = ["top_k"], Temperature = 0 }, "Temperature" },
        { new() { Samplers = ["temperature"], RepetitionPenalty = 1.2 }, "RepetitionPenalty" },
        { new() { Samplers = ["temperature"], Mirostat = 2 }, "Mirostat" },
        { new() { Samplers = ["mirostat"] }, "Samplers" },
        { new() { Samplers = ["mirostat", "temperature"], Mirostat = 2 }, "Samplers" },
        { new() { Samplers = ["top_k", "mirostat"], Mirostat = 2 }, "Mirostat" },
        { new() { Mirostat = 1, TopK = 5 }, "Mirostat" },
        { new() { Mirostat = 1, Given = ["MinP"] }, "Mirostat" },
        { new() { Mirostat = 1, Temperature = 0 }, "Mirostat" },
        { new() { Temperature = 0, DynatempRange = 0.5 }, "DynatempRange" },
        { new() { Given = ["DynatempExponent"] }, "DynatempExponent" },
        { new() { Given = ["XtcThreshold"] }, "XtcThreshold" },
        { new() { Given = ["PenaltyWindow"] }, "PenaltyWindow" },
        { new() { Given = ["DryBase"] }, "DryBase" },
        { new() { Given = ["MirostatTau"] }, "MirostatTau" },
        { new() { AllowedIds = [] }, "AllowedIds" },
        { new() { AllowedIds = [10] }, "AllowedIds" },
        { new() { BannedIds = [-1] }, "BannedIds" },
        { new() { LogitBias = new Dictionary<int, double> { [10] = 1 } }, "LogitBias" },
        { new() { LogitBias = new Dictionary<int, double> { [1] = double.NaN } }, "LogitBias" },
        { new() { AllowedIds = [4, 5], BannedIds = [5, 4] }, "AllowedIds" },
        { new() { BannedIds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }, "BannedIds" },
        { new() { DryBreakers = [""] }, "DryBreakers" },
        { new() { DryBreakers = [null!] }, "DryBreakers" },
        { new() { DryBreakers = null! }, "DryBreakers" },
        { new() { Samplers = ["top_k", null!] }, "Samplers" },
        { new() { Given = null! }, "Given" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void What_contradicts_or_does_nothing_is_refused(SamplerOptions options, string option) =>
        Assert.Equal(option, Assert.Throws<SamplingException>(() => Chain.Of(options, Ten)).Option);

    [Fact]
    public void Allowed_ids_that_only_end_the_text_are_refused_where_it_must_go_on()
    {
        var options = new SamplerOptions { AllowedIds = [2, 3] };
        Assert.NotEmpty(Chain.Of(options, Ten));
        Assert.Equal("IgnoreEnd", Assert.Throws<SamplingException>(() => Chain.Of(options, Ten with { IgnoreEnd = true })).Option);
        Assert.Equal("MinTokens", Assert.Throws<SamplingException>(() => Chain.Of(options, Ten with { MinTokens = 1 })).Option);
        Assert.Equal("MinTokens", Assert.Throws<SamplingException>(() => Chain.Of(new(), Ten with { EndIds = [.. Enumerable.Range(0, 10)], MinTokens = 1 }))
            .Option);
    }

    [Fact]
    public void The_default_order_is_the_fields()
    {
        var options = new SamplerOptions
        {
            LogitBias = new Dictionary<int, double> { [1] = 1 },
            AllowedIds = [1, 2],
            BannedIds = [2],
            NoRepeatNgram = 2,
            FrequencyPenalty = 1,
            DryMultiplier = 1,
            TopNSigma = 1,
            TypicalP = 0.5,
            XtcProbability = 0.5,
        };
        string[] first = ["logit_bias", "allowed", "banned", "min_tokens", "no_repeat_ngram", "penalties", "dry"];
        Assert.Equal([.. first, "top_n_sigma", "top_k", "typical_p", "top_p", "min_p", "xtc", "temperature"], Names(options, Ten with { MinTokens = 1 }));
        Assert.Equal(first, Names(options with { Temperature = 0 }, Ten with { MinTokens = 1 }));
        Assert.Equal(["temperature", "mirostat"], Names(new() { Mirostat = 1 }, Ten));
        Assert.Equal(["temperature", "mirostat"], Names(new() { Mirostat = 2, TopK = 0, Given = ["TopK"] }, Ten));
    }

    [Fact]
    public void Named_steps_run_exactly_in_their_order_the_rules_before_them_unless_named()
    {
        Assert.Equal(["temperature", "top_k"], Names(new() { Samplers = ["temp", "Top-K"] }, Ten));
        Assert.Equal(["banned", "top_p", "no_repeat_ngram"],
            Names(new() { Samplers = ["nucleus", "no_repeat_ngram"], NoRepeatNgram = 2 }, Ten with { IgnoreEnd = true }));
        Assert.Equal(["top_k", "temperature", "top_p"], Names(new() { Samplers = ["top_k,temperature", " top_p; "] }, Ten));
        Assert.Equal(["typical_p", "penalties"], Names(new() { Samplers = ["typ_p", "penalties"] }, Ten));      // also where their values leave all as it is
        Assert.Equal(["penalties"], Names(new() { Samplers = ["top_k", "penalties", "temperature"], Temperature = 0 }, Ten));
    }

    // penalties, then a ban, then top-k and temperature 1/2: tokens 1 (0.4, penalised to 0.2), 2 (0.3) and 4 (0.05) are left of 0.1 0.4 0.3 0.15 0.05
    [Fact]
    public void The_chain_draws_what_the_pencil_says()
    {
        var options = new SamplerOptions
        {
            Samplers = ["penalties", "top_k", "temperature"],
            BannedIds = [0, 3],
            PresencePenalty = Math.Log(2),
            TopK = 3,
            Temperature = 0.5
        };
        var sampler = Steps.Sampler(options, 8, 5);
        sampler.Accept(1);
        float[] row = Rows.Of(0.1, 0.4, 0.3, 0.15, 0.05);
        const int Draws = 100_000;
        var seen = new int[5];
        for (int position = 0; position < Draws; position++) seen[sampler.Choose(row, position).Id]++;

        double[] squares = [0, 0.04, 0.09, 0, 0.0025];
        double[] expected = [.. squares.Select(square => square / squares.Sum() * Draws)];
        Assert.Equal((0, 0), (seen[0], seen[3]));
        Assert.InRange(new[] { 1, 2, 4 }.Sum(id => Math.Pow(seen[id] - expected[id], 2) / expected[id]), 0, 13.8);    // 2 degrees of freedom: 99.9 %
    }

    private static string[] Names(SamplerOptions options, SamplerText text) => [.. Chain.Of(options, text).Select(step => step.Name)];
}
