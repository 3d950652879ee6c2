using System.Globalization;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>What a program does with a model in one call, and what it is told when that call is wrong.</summary>
public class FaceTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly GenerationOptions Options = new() { Sampling = new SamplerOptions { Seed = 3 }, MaxTokens = 12, EndIds = [] };

    [Fact]
    public async Task One_call_completes_and_gives_the_text_that_is_streamed()
    {
        Run streamed = await Run.Of(grain.Model, "The king", Options);
        int[] ids = grain.Model.Tokenizer.Encode("The king").Ids;

        Assert.Equal(streamed.Text, (await grain.Model.CompleteAsync("The king", Options)).Text);
        Assert.Equal(streamed.Text, (await grain.Model.CompleteAsync(ids, Options)).Text);
        Assert.Equal(streamed.Text, streamed.Result.Text);
    }

    [Fact]
    public async Task Samples_of_a_text_are_those_of_its_ids()
    {
        IReadOnlyList<TextGeneration> texts = grain.Model.GenerateSamples("The king", 3, Options),
            ids = grain.Model.GenerateSamples(grain.Model.Tokenizer.Encode("The king").Ids, 3, Options);

        Assert.Equal((await Task.WhenAll(ids.Select(Run.Read))).Select(run => run.Text), (await Task.WhenAll(texts.Select(Run.Read))).Select(run => run.Text));
    }

    [Fact]
    public async Task The_text_of_a_beam_search_is_the_best_ones()
    {
        GenerationResult result = await grain.Model.CompleteAsync("The king", Options with { Beams = new BeamOptions { Beams = 3 } });

        Assert.Equal(result.Beams![0].Text, result.Text);
    }

    [Fact]
    public async Task What_a_user_typed_ends_no_turn_unless_that_is_asked_for()
    {
        string control = grain.Model.Tokenizer.Piece(grain.Model.Tokenizer.EndIds.First());
        GenerationResult typed = await grain.Model.CompleteAsync($"The {control} king", Options),
            template = await grain.Model.CompleteAsync($"The {control} king", Options with { ParseSpecial = true });

        Assert.DoesNotContain(typed.PromptIds.Skip(1), grain.Model.Tokenizer.EndIds.Contains);
        Assert.Contains(template.PromptIds.Skip(1), grain.Model.Tokenizer.EndIds.Contains);
    }

    [Fact]
    public async Task A_file_loads_on_another_thread_and_stops_loading_when_that_is_cancelled()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sandglass-load-");
        try
        {
            string path = TypedModel.Write(folder.FullName, TensorType.F32);
            using (LanguageModel model = await LanguageModel.LoadAsync(path))
                Assert.Equal(2, (await model.CompleteAsync([1, 2], new GenerationOptions { MaxTokens = 2, IgnoreEnd = true })).CompletionTokens);

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                LanguageModel.LoadAsync(path, cancellationToken: new CancellationToken(canceled: true)));
            await Assert.ThrowsAsync<ModelFileException>(() => LanguageModel.LoadAsync(Path.Combine(folder.FullName, "missing.gguf")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Numbers that read otherwise in the culture of the machine are written as everywhere in messages.</summary>
    [Fact]
    public void No_message_speaks_the_machines_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture, odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        odd.NumberFormat.NegativeSign = "\u2212";
        odd.NumberFormat.NumberDecimalSeparator = ",";
        Action<GenerationOptions> generate = options => grain.Model.GenerateAsync("The king", options);
        Action[] wrong =
        [
            () => generate(new() { MaxTokens = -1 }), () => generate(new() { MinTokens = -2 }), () => generate(new() { Logprobs = -3 }),
            () => generate(new() { TimeLimit = TimeSpan.FromSeconds(-1.5) }),
            () => generate(new() { EndIds = [-4] }),
            () => generate(new() { Beams = new BeamOptions { Groups = -2, Beams = 4 } }),
            () => generate(new() { Beams = new BeamOptions { DiversityPenalty = -0.5 } }),
            () => generate(new() { Sampling = new SamplerOptions { Temperature = -0.5 } }),
            () => generate(new() { Sampling = new SamplerOptions { TopP = 1.5 } }),
            () => generate(new() { Sampling = new SamplerOptions { BannedIds = [-5] } }),
            () => generate(new() { Sampling = new SamplerOptions { LogitBias = new Dictionary<int, double> { [-6] = 0.5 } } }),
            () => generate(new() { Sampling = new SamplerOptions { LogitBias = new Dictionary<int, double> { [6] = double.NegativeInfinity } } }),
            () => grain.Model.GenerateAsync([-7]), () => grain.Model.GenerateSamples([1], -8), () => grain.Model.ScoreAsync([1, -9]),
            () => grain.Model.ScoreAsync([1], new ScoreOptions { From = -1 }),
            () => LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Threads = -1 }),
            () => LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = -10 }),
        ];
        try
        {
            CultureInfo.CurrentCulture = odd;
            foreach (Action one in wrong)
            {
                string message = Assert.ThrowsAny<OptionException>(one).Message;
                Assert.DoesNotContain("\u2212", message, StringComparison.Ordinal);
                Assert.DoesNotContain("0,5", message, StringComparison.Ordinal);
                Assert.DoesNotContain("1,5", message, StringComparison.Ordinal);
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
