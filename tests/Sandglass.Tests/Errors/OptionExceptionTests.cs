using System.Globalization;
using System.Text.RegularExpressions;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Errors;

/// <summary>The library names options by their properties; the names that a person or a script types belong to the front end.</summary>
public partial class OptionExceptionTests
{
    [Fact]
    public void The_message_names_properties_and_a_front_end_puts_its_own_names_there()
    {
        GenerationException refused = Assert.Throws<GenerationException>(new GenerationOptions { MaxTokens = 3, MinTokens = 4 }.Validate);

        Assert.Equal(("option-out-of-range", "MinTokens", "a whole number from 0 to 3 (MaxTokens)", "4"),
            (refused.Code, refused.Option, refused.Expected, refused.Found));
        Assert.Equal(["MaxTokens"], refused.Others);
        Assert.Equal("MinTokens: expected a whole number from 0 to 3 (MaxTokens), found 4.", refused.Message);
        Assert.Equal("a whole number from 0 to 3 (maxtokens)", refused.ExpectedWith(name => name.ToLowerInvariant()));
        Assert.Equal("mintokens: expected a whole number from 0 to 3 (maxtokens), found 4.", refused.MessageWith(name => name.ToLowerInvariant()));
    }

    [Fact]
    public void Several_other_options_stand_in_the_order_of_the_text()
    {
        SamplingException refused = Assert.Throws<SamplingException>(() => Chain.Of(new SamplerOptions { Given = ["PenaltyWindow"] }, new SamplerText(10)));

        Assert.Equal("PenaltyWindow: expected RepetitionPenalty or FrequencyPenalty or PresencePenalty with it, found it alone, which does nothing.",
            refused.Message);
        Assert.Equal("<PenaltyWindow>: expected <RepetitionPenalty> or <FrequencyPenalty> or <PresencePenalty> with it, found it alone, which does nothing.",
            refused.MessageWith(name => $"<{name}>"));
    }

    [Fact]
    public void Braces_that_a_caller_wrote_are_text()
    {
        SamplingException refused = Assert.Throws<SamplingException>(() => Chain.Of(new SamplerOptions { Samplers = ["{0} {"] }, new SamplerText(10)));

        Assert.Equal("\"{0} {\"", refused.Found);
        Assert.Contains("found \"{0} {\".", refused.MessageWith(_ => "x"), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_written_the_same_in_every_country()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            // Sweden's minus, Germany's comma
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NegativeSign = "\u2212", NumberDecimalSeparator = "," } };
            Assert.Equal("-1", Assert.Throws<GenerationException>(new GenerationOptions { MaxTokens = -1 }.Validate).Found);
            Assert.Equal("-0.5", Assert.Throws<GenerationException>(new GenerationOptions { Beams = new BeamOptions { DiversityPenalty = -0.5 } }.Validate)
                .Found);
            Assert.Equal("-00:00:01.5000000", Assert.Throws<GenerationException>(new GenerationOptions { TimeLimit = TimeSpan.FromSeconds(-1.5) }.Validate)
                .Found);
            Assert.Equal("-1.5", Assert.Throws<SamplingException>(new SamplerOptions { Temperature = -1.5 }.Validate).Found);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void All_exceptions_of_the_library_have_one_base()
    {
        Type[] own = [.. typeof(LanguageModel).Assembly.GetExportedTypes().Where(type => type.IsAssignableTo(typeof(Exception)))];

        Assert.True(own.Length >= 7);
        Assert.All(own, type => Assert.True(type.IsAssignableTo(typeof(SandglassException)), type.FullName));
    }

    [Fact]
    public void No_text_of_the_library_holds_an_option_of_the_tool()
    {
        string source = Path.Combine(Checkout.Folder, "src", "Sandglass");
        string[] files = [.. Directory.GetFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))];

        Assert.True(files.Length > 100);
        Assert.Empty(files.SelectMany(file => File.ReadLines(file).Where(line => ToolOption().IsMatch(line))
            .Select(line => $"{Path.GetRelativePath(source, file)}: {line.Trim()}")));
    }

    [GeneratedRegex(@"""[^""]*--[a-z]")]
    private static partial Regex ToolOption();
}
