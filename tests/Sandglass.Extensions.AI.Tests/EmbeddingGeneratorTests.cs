using Microsoft.Extensions.AI;
using Sandglass.Generation;

namespace Sandglass.Extensions.AI.Tests;

public sealed class EmbeddingGeneratorTests(Grain grain) : IClassFixture<Grain>
{
    private readonly SandglassEmbeddingGenerator _generator = grain.Model.AsIEmbeddingGenerator("tales");

    [Fact]
    public async Task Embeddings_are_the_models_in_the_order_of_the_texts()
    {
        string[] texts = ["The king had a daughter.", "The queen had a son.", "", "Once upon a time there was a fox."];
        GeneratedEmbeddings<Embedding<float>> made = await _generator.GenerateAsync(texts);

        long tokens = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            Sandglass.Generation.Embedding own = await grain.Model.EmbedAsync(texts[i]);
            Assert.True(own.Values.Span.SequenceEqual(made[i].Vector.Span));
            tokens += own.Tokens;
        }
        Assert.Equal((tokens, tokens), (made.Usage!.InputTokenCount, made.Usage.TotalTokenCount));
        Assert.All(made, embedding => Assert.Equal(("tales", grain.Model.Shape.Width), (embedding.ModelId, embedding.Dimensions)));
        Assert.Empty(await _generator.GenerateAsync([]));
    }

    public static TheoryData<string, EmbeddingGenerationOptions> Refused => new()
    {
        { "this generator has tales and not ada", new EmbeddingGenerationOptions { ModelId = "ada" } },
        { "this model's embeddings have 128 and not 64", new EmbeddingGenerationOptions { Dimensions = 64 } },
        { "there is no option pooling", new EmbeddingGenerationOptions { AdditionalProperties = new() { ["pooling"] = "last" } } },
        { "RawRepresentationFactory gave String", new EmbeddingGenerationOptions { RawRepresentationFactory = _ => "x" } },
    };

    [Theory, MemberData(nameof(Refused))]
    public async Task What_cannot_be_honoured_is_refused_with_its_name(string expected, EmbeddingGenerationOptions options) =>
        Assert.Contains(expected, (await Assert.ThrowsAsync<NotSupportedException>(() => _generator.GenerateAsync(["x"], options))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task The_engines_own_options_can_be_given()
    {
        EmbeddingGenerationOptions options = new()
        {
            ModelId = "tales",
            Dimensions = 128,
            RawRepresentationFactory = _ => new EmbeddingOptions { Priority = 5000 }
        };
        Assert.Equal("Priority", (await Assert.ThrowsAsync<GenerationException>(() => _generator.GenerateAsync(["x"], options))).Option);
    }

    [Fact]
    public async Task One_text_that_cannot_be_embedded_ends_all()
    {
        await Assert.ThrowsAsync<GenerationException>(() => _generator.GenerateAsync(["A fox", string.Concat(Enumerable.Repeat("fox ", 3000))]));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _generator.GenerateAsync(["A fox"], cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Services_are_the_generator_its_model_and_what_is_known_of_it()
    {
        IEmbeddingGenerator generator = _generator;
        Assert.Same(_generator, generator.GetService(typeof(IEmbeddingGenerator<string, Embedding<float>>)));
        Assert.Same(grain.Model, generator.GetService(typeof(LanguageModel)));
        Assert.Equal(128, ((EmbeddingGeneratorMetadata)generator.GetService(typeof(EmbeddingGeneratorMetadata))!).DefaultModelDimensions);
        generator.Dispose();
    }
}
