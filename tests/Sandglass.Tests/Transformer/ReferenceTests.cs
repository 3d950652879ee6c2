using System.Text.Json;
using Sandglass.Kernels;

namespace Sandglass.Tests.Transformer;

/// <summary>Distributions against those that transformers and llama.cpp computed of the same files.</summary>
public class ReferenceTests
{
    public static TheoryData<string> Tiny =>
    [
        "llama-untied-bias", "llama-linear-rope", "llama3-rope", "llama-yarn", "mistral", "mixtral",
        "qwen2", "qwen3", "qwen3moe", "gemma2", "olmo2", "phi2", "cohere2", "deepseek2",
    ];

    public static TheoryData<string> Types => ["f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "q2_k", "q3_k", "q4_k", "q5_k", "q6_k"];

    [GoldenTheory, MemberData(nameof(Tiny))]
    public void Every_listed_probability_of_a_tiny_model_equals_the_reference(string name)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Shared.Path("models", "tiny", name + ".json")));
        using SmallRun run = new(Shared.Path("models", "tiny", name + ".gguf"), ComputeMode.Exact);
        int[] ids = [.. Ints(golden.RootElement.GetProperty("promptIds"))];
        int[] chosen = [.. Ints(golden.RootElement.GetProperty("ids"))];

        float[][] logits = run.Logits([.. ids, .. chosen]);

        int position = 0;
        foreach (JsonElement top in golden.RootElement.GetProperty("promptTop").EnumerateArray())
            AssertTop(top, logits[position++], 1e-4);
        position = ids.Length - 1;
        foreach (JsonElement step in golden.RootElement.GetProperty("steps").EnumerateArray())
            AssertTop(step.GetProperty("top"), logits[position++], 1e-4);
        for (int i = 0; i < chosen.Length; i++)
            Assert.Equal(chosen[i], Array.IndexOf(logits[ids.Length - 1 + i], logits[ids.Length - 1 + i].Max()));
    }

    [GoldenTheory, MemberData(nameof(Types))]
    public void Exact_equals_the_reference_for_every_tensor_type(string type)
    {
        Assert.InRange(WorstOfType(type, ComputeMode.Exact, out _), 0, 1e-3);
    }

    [GoldenTheory, MemberData(nameof(Types))]
    public void Fast_deviates_no_more_than_one_and_a_half_times_what_the_reference_engine_does(string type)
    {
        double worst = WorstOfType(type, ComputeMode.Fast, out double llamaCpp);

        Assert.InRange(worst, 0, Math.Max(1.5 * llamaCpp, 1e-3));
    }

    private static double WorstOfType(string type, ComputeMode compute, out double llamaCppWorst)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Shared.Path("models", "tiny", "types.json")));
        string file = $"types-{type}.gguf";
        JsonElement record = golden.RootElement.GetProperty("records").EnumerateArray().FirstOrDefault(r => r.GetProperty("file").GetString() == file);
        if (type == "f32")
        {
            // the F32 file is what the others were made of; its own values are not listed
            llamaCppWorst = 0;
            if (record.ValueKind == JsonValueKind.Undefined) return 0;
        }
        llamaCppWorst = record.GetProperty("llamaCppWorst").GetDouble();
        using SmallRun run = new(Shared.Path("models", "tiny", file), compute);
        float[][] logits = run.Logits([.. Ints(golden.RootElement.GetProperty("promptIds"))]);
        double worst = 0;
        int position = 0;
        foreach (JsonElement top in record.GetProperty("promptTop").EnumerateArray())
        {
            double[] logprobs = SmallRun.LogSoftmax(logits[position++]);
            foreach (JsonElement entry in top.EnumerateArray())
                worst = Math.Max(worst, Math.Abs(logprobs[entry[0].GetInt32()] - entry[1].GetDouble()));
        }
        return worst;
    }

    private static IEnumerable<int> Ints(JsonElement list) => list.EnumerateArray().Select(e => e.GetInt32());

    private static void AssertTop(JsonElement top, float[] logits, double tolerance)
    {
        double[] logprobs = SmallRun.LogSoftmax(logits);
        foreach (JsonElement entry in top.EnumerateArray())
            Assert.Equal(entry[1].GetDouble(), logprobs[entry[0].GetInt32()], tolerance);
    }
}
