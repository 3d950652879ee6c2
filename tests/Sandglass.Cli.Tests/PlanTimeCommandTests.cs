using System.Text.Json;
using Sandglass.Planning;

namespace Sandglass.Cli.Tests;

public class PlanTimeCommandTests
{
    [Fact]
    public void Json_has_prompts_tokens_the_first_token_and_batches()
    {
        JsonElement[] rows = Tool.Run(
            "plan", "time", "--model", "llama-3-8b", "--machine", "h100", "--context", "1K,8K", "--batch", "1,512", "--json").Done().Json;

        Assert.Equal(["prefill", "prefill", "decode", "decode", "ttft", "batch", "batch"], rows.Select(row => row.GetProperty("what").GetString()));
        string[] fields = ["model", "hardware", "what", "tokens", "depth", "batch", "threads", "seconds", "tokensPerSecond", "bound"];
        Assert.All(rows, row => Assert.Equal(fields, row.EnumerateObject().Select(field => field.Name).Take(10)));
        Assert.Equal("h100", rows[0].GetProperty("hardware").GetString());
        Assert.Equal("compute", rows[0].GetProperty("bound").GetString());
        Assert.Equal("memory", rows[2].GetProperty("bound").GetString());
        Assert.Equal(4.52e-3, rows[2].GetProperty("seconds").GetDouble(), tolerance: 0.01e-3);
        Assert.Equal(296, rows[4].GetProperty("computeBatch").GetInt32());
    }

    [Fact]
    public void A_plan_that_is_no_longer_wanted_ends()
    {
        PlannedModel model = PlannedModel.Open("embedded:grain-1m");
        TimeRows rows = new(new StepTime(model, MachineSpeed.Named("h100")), new CancellationToken(canceled: true))
        {
            Contexts = [1],
            Batches = [1],
            Prompt = 1,
            Tokens = 1,
        };

        Assert.Throws<OperationCanceledException>(() => PlanTimeJson.Write(new Terminal(), model, rows));
        Assert.Throws<OperationCanceledException>(() => rows.Whole);
    }

    [Fact]
    public void A_list_has_an_end()
    {
        ToolRun run = Tool.Run("plan", "time", "--context", string.Join(',', Enumerable.Range(1, 65)));

        Assert.Equal(2, run.Code);
        Assert.Contains("--context: expected at most 64 values", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_title_out_of_a_file_is_shown_without_its_control_characters()
    {
        string file = Path.GetTempFileName();
        try
        {
            AttentionTerms terms = new(1e-10, 1e-10, 1e-9);
            StepOverhead free = new(0, 0, 0, 0, 0, 0, 0, 0, 0);
            MeasuredSpeed speed = new()
            {
                Threads = 1,
                BytesPerSecond = 1e10,
                Fp32OperationsPerSecond = 1e11,
                Int8OperationsPerSecond = 2e11,
                Reads = [new ReadSpeed(1e6, 1e-11)],
                Products = [new ProductSpeed(Kernels.TensorType.BF16, [1, 16], [1e-9, 4e-9], [1e-10, 4e-10], [0, 0])],
                Attention = [new AttentionSpeed(Kernels.CacheType.F16, terms, terms, terms)],
                Integers = free,
                Floats = free,
            };
            new MeasuredMachine { Title = "a \e]0;name\a machine", Kernels = "512", MemoryBytes = 1e9, Speeds = [speed] }.Save(file);

            ToolRun run = Tool.Run("plan", "time", "--model", "smollm2-135m", "--machine", file).Done();

            Assert.DoesNotContain('\e', run.Error);
            Assert.Contains("a ␛]0;name␇ machine, 1 thread", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Wrong_machines_are_refused()
    {
        ToolRun named = Tool.Run("plan", "time", "--machine", "abacus"), file = Tool.Run("plan", "time", "--machine", "nothing.json");

        Assert.Equal((2, 2), (named.Code, file.Code));
        Assert.Contains("[plan-option]", named.Error, StringComparison.Ordinal);
        Assert.Contains("--machine", file.Error, StringComparison.Ordinal);
        Assert.Contains("[machine-file]", file.Error, StringComparison.Ordinal);
    }
}
