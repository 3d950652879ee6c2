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

    [Fact]
    public void The_ends_of_the_ranges_are_allowed()
    {
        new SamplerOptions { Temperature = 0, TopK = 0, TopP = 1, MinP = 0 }.Validate();
        new SamplerOptions { Temperature = 1e9, TopK = int.MaxValue, TopP = double.Epsilon, MinP = 1 }.Validate();
    }
}
