using Sandglass.Planning;

namespace Sandglass.Tests;

/// <summary>The catalogue's sizes are right where the parameters that follow from them are those that the makers publish.</summary>
public class CatalogueTests
{
    private const double Near = 0.01;

    public static TheoryData<string> Names => [.. ModelCatalogue.All.Select(entry => entry.Name)];

    [Theory, MemberData(nameof(Names))]
    public void The_parameters_of_the_shape_are_those_that_are_published(string name)
    {
        CatalogueEntry entry = ModelCatalogue.Find(name);

        Assert.InRange(entry.Shape.Parameters / (double)entry.PublishedParameters, 1 - Near, 1 + Near);
        Assert.StartsWith("https://", entry.Source, StringComparison.Ordinal);
        Assert.StartsWith("https://", entry.ParametersSource, StringComparison.Ordinal);
        Assert.Null(entry.Shape.Doubt);
    }

    /// <summary>Counts of checkpoints hold to the last parameter; those of papers and of models that see are rounded, or count more than the text.</summary>
    [Theory, MemberData(nameof(Names))]
    public void The_parameters_of_a_checkpoint_of_text_are_exact(string name)
    {
        CatalogueEntry entry = ModelCatalogue.Find(name);
        if (entry.PublishedParameters % 1_000_000 == 0 || entry.Name.StartsWith("llama-4", StringComparison.Ordinal)) return;

        Assert.Equal(entry.PublishedParameters, entry.Shape.Parameters);
    }

    // what model cards and papers give, rounded as they round
    [Theory]
    [InlineData("mixtral-8x7b", 12.9e9)]            // arXiv:2401.04088
    [InlineData("qwen3-30b-a3b", 3.3e9)]            // model card
    [InlineData("qwen3-235b-a22b", 22e9)]           // arXiv:2505.09388
    [InlineData("gpt-oss-20b", 3.61e9)]             // arXiv:2508.10925
    [InlineData("gpt-oss-120b", 5.13e9)]
    [InlineData("deepseek-v3", 37e9)]               // arXiv:2412.19437
    [InlineData("llama-4-scout", 17e9)]             // model card
    [InlineData("llama-4-maverick", 17e9)]
    public void A_token_goes_through_the_parameters_that_are_published(string name, double active)
    {
        ModelShape shape = ModelShape.Named(name);

        // some cards count the input embedding with them, of which a token reads one row
        double least = shape.ActiveParameters, most = least + (double)shape.Vocabulary * shape.Width;
        Assert.True(least <= active * 1.02 && most >= active * 0.98, $"{least:G4} to {most:G4}, published {active:G4}");
    }

    /// <summary>The biases of the experts that a token does not take are none that it goes through.</summary>
    [Theory, InlineData("gpt-oss-20b", 3.61e9), InlineData("gpt-oss-120b", 5.13e9)]
    public void Biases_of_unused_experts_do_not_count(string name, double active) =>
        Assert.InRange(ModelShape.Named(name).ActiveParameters / active, 0.997, 1.003);

    [Fact]
    public void What_is_assumed_is_said()
    {
        Assert.Equal(["gpt-3", "gpt-4-scale"], ModelCatalogue.All.Where(entry => entry.Assumption is not null).Select(entry => entry.Name));
        Assert.Contains("assumption", ModelCatalogue.Find("gpt-4-scale").Title, StringComparison.Ordinal);
        Assert.Distinct(ModelCatalogue.All.Select(entry => entry.Name));
    }

    [Theory]
    [InlineData("Llama 3 8B", "llama-3-8b")]
    [InlineData("LLAMA_3_8B", "llama-3-8b")]
    [InlineData("openai/gpt-oss-20b", "gpt-oss-20b")]
    [InlineData("GPT-2 XL", "gpt2-xl")]
    [InlineData("meta-llama/Meta-Llama-3-8B-Instruct", "llama-3-8b")]
    [InlineData("google/gemma-2-9b-it", "gemma-2-9b")]
    [InlineData("Qwen3-8B-Base", "qwen3-8b")]
    public void A_name_may_be_written_in_several_ways(string written, string name) => Assert.Equal(name, ModelCatalogue.Find(written).Name);

    [Theory]
    [InlineData("lama-3-8b", "llama-3-8b")]
    [InlineData("qwen3-8", "qwen3-8b")]
    [InlineData("deepseek", "deepseek-v3")]
    [InlineData("gemma-3", "gemma-3-1b")]
    [InlineData("zzzzzzzzzzzz", "catalogue of")]
    public void A_wrong_name_is_answered_with_the_nearest(string wrong, string near)
    {
        PlanException failure = Assert.Throws<PlanException>(() => ModelCatalogue.Find(wrong));

        Assert.Equal("plan-model-unknown", failure.Code);
        Assert.Contains(near, failure.Message, StringComparison.Ordinal);
    }
}
