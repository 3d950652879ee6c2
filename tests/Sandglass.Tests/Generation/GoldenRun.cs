using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>A greedy run as another engine made it.</summary>
/// <param name="PromptIds">The prompt as the model sees it.</param>
/// <param name="Ids">What was generated.</param>
/// <param name="Logprobs">Of each id.</param>
/// <param name="Tops">The ten likeliest ids of each step with their log-probabilities.</param>
/// <param name="Prompt">The prompt's text; null where the golden is of ids alone.</param>
/// <param name="Text">The completion's text.</param>
/// <param name="Stop"><c>limit</c> or <c>eos</c>.</param>
internal sealed record GoldenRun(int[] PromptIds, int[] Ids, float[] Logprobs, (int Id, float Logprob)[][] Tops, string? Prompt, string? Text, string? Stop)
{
    public static GoldenRun[] ReadAll(string file)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(file));
        return golden.RootElement.TryGetProperty("records", out JsonElement records) ? [.. records.EnumerateArray().Select(Read)] : [Read(golden.RootElement)];
    }

    /// <summary>A golden's prompt, and the ten likeliest ids after each of its positions with their log-probabilities.</summary>
    public static (int[] Ids, (int Id, float Logprob)[][] Tops) ReadPrompt(string file)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(file));
        return (Ints(golden.RootElement.GetProperty("promptIds")), [.. golden.RootElement.GetProperty("promptTop").EnumerateArray().Select(Top)]);
    }

    /// <summary>Runs the model and holds it to the golden.</summary>
    /// <param name="model">With the cache and the arithmetic that the golden is of.</param>
    /// <param name="tolerance">Of log-probabilities.</param>
    /// <param name="tie">Where the golden's first two lie closer than this, another id may be chosen, and nothing behind it is compared.</param>
    public async Task Check(LanguageModel model, double tolerance, double tie = 0)
    {
        GenerationOptions options = new() { Sampling = SamplerOptions.Greedy, MaxTokens = Stop == "eos" ? Ids.Length + 8 : Ids.Length, Logprobs = 20 };
        Run run = Prompt is null ? await Run.Of(model, PromptIds, options) : await Run.Of(model, Prompt, options);

        Assert.Equal(PromptIds, run.Result.PromptIds);
        for (int i = 0; i < Ids.Length; i++)
        {
            Assert.True(i < run.Tokens.Length, $"{Prompt}: ended after {i} of {Ids.Length} tokens");
            CheckTop(i, run.Tokens[i], tolerance);
            if (run.Tokens[i].Id != Ids[i] && Tops[i][0].Logprob - Tops[i][1].Logprob <= tie) return;

            Assert.True(Ids[i] == run.Tokens[i].Id, $"{Prompt}: token {i} is {run.Tokens[i].Id}, not {Ids[i]}");
            Assert.Equal(Logprobs[i], run.Tokens[i].Logprob, tolerance);
        }
        Assert.Equal(Ids.Length, run.Tokens.Length);
        if (Text is not null) Assert.Equal(Text, run.Text);
        if (Stop is not null) Assert.Equal(Stop == "eos" ? FinishReason.Eos : FinishReason.Length, run.Result.Finish);
    }

    private void CheckTop(int step, GeneratedToken token, double tolerance)
    {
        Dictionary<int, float> top = token.Top.ToDictionary(entry => entry.Id, entry => entry.Logprob);
        foreach ((int id, float logprob) in Tops[step])
        {
            Assert.True(top.ContainsKey(id), $"{Prompt}: {id} is not among the likeliest of step {step}");
            Assert.Equal(logprob, top[id], tolerance);
        }
    }

    private static GoldenRun Read(JsonElement record) => new(
        Ints(record.GetProperty("promptIds")),
        Ints(record.GetProperty("ids")),
        [.. Steps(record).Select(step => step.TryGetProperty("logprob", out JsonElement logprob) ? logprob.GetSingle()
            : step.GetProperty("top")[0][1].GetSingle())],
        [.. Steps(record).Select(step => Top(step.GetProperty("top")))],
        TextOf(record, "prompt"),
        TextOf(record, "text"),
        TextOf(record, "stop"));

    private static (int Id, float Logprob)[] Top(JsonElement top) => [.. top.EnumerateArray().Select(entry => (entry[0].GetInt32(), entry[1].GetSingle()))];

    private static IEnumerable<JsonElement> Steps(JsonElement record) => record.GetProperty("steps").EnumerateArray();

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetInt32())];

    private static string? TextOf(JsonElement record, string name) => record.TryGetProperty(name, out JsonElement text) ? text.GetString() : null;
}
