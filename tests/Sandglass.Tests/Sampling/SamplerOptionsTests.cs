using System.Globalization;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

public class SamplerOptionsTests
{
    public static TheoryData<SamplerOptions, string, string> Wrong => new()
    {
        { new() { Temperature = -0.1 }, "Temperature", "-0.1" },
        { new() { Temperature = double.NaN }, "Temperature", "NaN" },
        { new() { Temperature = double.PositiveInfinity }, "Temperature", "Infinity" },
        { new() { TopK = -1 }, "TopK", "-1" },
        { new() { TopP = 0 }, "TopP", "0" },
        { new() { TopP = 1.01 }, "TopP", "1.01" },
        { new() { TopP = double.NaN }, "TopP", "NaN" },
        { new() { MinP = -0.01 }, "MinP", "-0.01" },
        { new() { MinP = 1.5 }, "MinP", "1.5" },
        { new() { MinP = double.NaN, Temperature = 0 }, "MinP", "NaN" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void A_value_out_of_range_names_the_option_and_what_was_found(SamplerOptions options, string option, string found)
    {
        var failure = Assert.Throws<SamplingException>(() => Steps.Sampler(options, 0, 10));
        Assert.Equal(("sampling-option", option, found), (failure.Code, failure.Option, failure.Found));
        Assert.Equal($"{option}: expected {failure.Expected}, found {found}.", failure.Message);
    }

    public static TheoryData<SamplerOptions, string> Beyond => new()
    {
        { new() { Temperature = 1.1e9 }, "Temperature" },
        { new() { DynatempRange = 1e308 }, "DynatempRange" },
        { new() { DynatempExponent = 1001 }, "DynatempExponent" },
        { new() { TopNSigma = 1e300 }, "TopNSigma" },
        { new() { RepetitionPenalty = 1e300 }, "RepetitionPenalty" },
        { new() { RepetitionPenalty = 1e-9 }, "RepetitionPenalty" },
        { new() { FrequencyPenalty = -1.7e308 }, "FrequencyPenalty" },
        { new() { PresencePenalty = 1e7 }, "PresencePenalty" },
        { new() { DryMultiplier = 1e7 }, "DryMultiplier" },
        { new() { DryBase = 1e9 }, "DryBase" },
        { new() { MirostatTau = 1e9 }, "MirostatTau" },
        { new() { MirostatEta = 1e9 }, "MirostatEta" },
        { new() { LogitBias = new Dictionary<int, double> { [1] = -1e308 } }, "LogitBias" },
        { new() { DryBreakers = [.. Enumerable.Repeat("a", 65)] }, "DryBreakers" },
        { new() { DryBreakers = [new string('a', 129)] }, "DryBreakers" },
        { new() { AllowedIds = new int[(1 << 20) + 1] }, "AllowedIds" },
        { new() { BannedIds = new int[(1 << 20) + 1] }, "BannedIds" },
    };

    [Theory, MemberData(nameof(Beyond))]
    public void What_no_use_comes_near_is_refused_by_name(SamplerOptions options, string option)
    {
        SamplingException failure = Assert.Throws<SamplingException>(options.Validate);
        Assert.Equal(("sampling-option", option), (failure.Code, failure.Option));
    }

    [Theory, InlineData(double.NegativeInfinity), InlineData(double.NaN), InlineData(-1e308)]
    public void A_bias_that_would_forbid_names_the_option_that_does(double bias)
    {
        var options = new SamplerOptions { LogitBias = new Dictionary<int, double> { [1] = bias } };
        SamplingException failure = Assert.Throws<SamplingException>(options.Validate);
        Assert.Contains("BannedIds keeps an id out", failure.Message, StringComparison.Ordinal);
        Assert.StartsWith("LogitBias: expected a number from -1e30 to 1e30 each", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_is_the_same_in_every_country()
    {
        CultureInfo usual = CultureInfo.CurrentCulture, swedish = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (swedish.NumberFormat.NumberDecimalSeparator, swedish.NumberFormat.NegativeSign) = (",", "\u2212");
        CultureInfo.CurrentCulture = swedish;
        try
        {
            Assert.Equal("MinP: expected a number from 0 to 1, found -0.5.", Assert.Throws<SamplingException>(new SamplerOptions { MinP = -0.5 }.Validate)
                .Message);
            Assert.Equal("TopK: expected a whole number from 0, found -5.", Assert.Throws<SamplingException>(new SamplerOptions { TopK = -5 }.Validate)
                .Message);
            Assert.StartsWith("LogitBias: expected a number from -1e30 to 1e30 each",
                Assert.Throws<SamplingException>(new SamplerOptions { LogitBias = new Dictionary<int, double> { [0] = -1e31 } }.Validate).Message,
                StringComparison.Ordinal);
            Assert.Equal("LoopNgram: expected a whole number from 1 to 4096, found -2.",
                Assert.Throws<GenerationException>(new GenerationOptions { LoopNgram = -2 }.Validate).Message);
        }
        finally
        {
            CultureInfo.CurrentCulture = usual;
        }
    }

    [Fact]
    public void The_default_order_is_written_where_the_documents_say_it()
    {
        string order = string.Join(", ", SamplerOptions.DefaultOrder);
        Assert.Equal("penalties, dry, top_n_sigma, top_k, typical_p, top_p, min_p, xtc, temperature", order);
        Assert.Contains(order, File.ReadAllText(Path.Combine(Checkout.Folder, "docs", "sampling.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_ends_of_the_ranges_are_allowed()
    {
        new SamplerOptions { Temperature = 0, TopK = 0, TopP = 1, MinP = 0 }.Validate();
        new SamplerOptions { Temperature = 1e9, TopK = int.MaxValue, TopP = double.Epsilon, MinP = 1 }.Validate();
    }
}
