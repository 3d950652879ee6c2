using System.Text;
using Sandglass.Kernels;
using Sandglass.Planning;

namespace Sandglass.Tests.Planning;

/// <summary>A machine as it was measured: its file, and the times that follow from its figures.</summary>
public sealed class MeasuredMachineTests
{
    /// <summary>One ns a weight from memory for one token, a tenth of it from the caches; 16 tokens take four times as long.</summary>
    private static readonly ProductSpeed Product = new(TensorType.Q8_0, [1, 16], [1e-9, 4e-9], [1e-10, 4e-10], [0, 0]);
    private static readonly AttentionTerms None = new(0, 0, 0);
    private static readonly StepOverhead Free = new(0, 0, 0, 0, 0, 0, 0, 0, 0);

    private static readonly MeasuredSpeed Speed = new()
    {
        Threads = 2,
        BytesPerSecond = 30e9,
        Fp32OperationsPerSecond = 200e9,
        Int8OperationsPerSecond = 900e9,
        Reads = [new ReadSpeed(1e6, 1e-11), new ReadSpeed(3e6, 3e-11), new ReadSpeed(9e6, 5e-11)],
        Products = [Product, Product with { Type = TensorType.F32 }],
        Attention = [new AttentionSpeed(CacheType.F16, None, None, None)],
        Integers = Free,
        Floats = Free,
    };

    internal static readonly MeasuredMachine Machine = new() { Title = "a machine", Kernels = "512", MemoryBytes = 8e9, Speeds = [Speed] };
    private static readonly PlannedModel Grain = PlannedModel.Open("embedded:grain-1m");

    [Fact]
    public void What_was_kept_is_read_again()
    {
        string path = Path.GetTempFileName();
        try
        {
            Machine.Save(path);
            MeasuredMachine read = MeasuredMachine.Open(path);

            Assert.Equal(File.ReadAllText(path), Saved(read));
            Assert.Equal(Machine.Title, read.Title);
            Assert.Equal(Product.Memory, read.Speeds[0].Products[0].Memory);
            Assert.Equal(new StepTime(Grain, Machine.With(2)).OfDecode(3, 7), new StepTime(Grain, read.With()).OfDecode(3, 7));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("null", "")]
    [InlineData("[]", "")]
    [InlineData("\"threads\": 2", "\"threads\": 0")]
    [InlineData("\"threads\": 2", "\"threads\": \"two\"")]
    [InlineData("\"bytesPerSecond\": 30000000000", "\"bytesPerSecond\": 0")]
    [InlineData("\"memoryBytes\": 8000000000", "\"memoryBytes\": -1")]
    [InlineData("\"memoryBytes\": 8000000000", "\"memoryBytes\": 1e999")]
    [InlineData("\"memoryBytes\": 8000000000", "\"memoryBytes\": 0")]
    [InlineData("\"threads\": 2", "\"threads\": 2147483647")]
    [InlineData("\"bytesPerSecond\": 30000000000", "\"bytesPerSecond\": 1e999")]
    [InlineData("\"int8OperationsPerSecond\": 900000000000", "\"int8OperationsPerSecond\": 1e300")]
    [InlineData("1E-09", "0")]
    [InlineData("1E-09", "1e-300")]
    [InlineData("1E-11", "0")]
    [InlineData("\"perScore\": 0", "\"perScore\": 1e9")]
    [InlineData("\"step\": 0", "\"step\": 1e999")]
    [InlineData("\"type\": \"Q8_0\"", "\"type\": \"Q9_9\"")]
    [InlineData("\"title\"", "\"name\"")]
    [InlineData("1E-09", "-1E-09")]
    [InlineData("\"bytes\": 3000000", "\"bytes\": 30000000")]
    [InlineData("\"reads\": [", "\"reads\": [null,")]
    [InlineData("\"speeds\": [", "\"speeds\": [null,")]
    [InlineData("\"rows\": [", "\"rows\": [1,")]
    public void A_file_that_cannot_be_is_refused(string from, string to)
    {
        string json = to.Length == 0 ? from : Saved(Machine);
        string changed = to.Length == 0 ? json : json.Replace(from, to, StringComparison.Ordinal);
        if (to.Length > 0) Assert.NotEqual(json, changed);

        PlanException failure = Assert.Throws<PlanException>(() => MeasuredMachine.Parse(Encoding.UTF8.GetBytes(changed), "machine.json"));

        Assert.Equal("machine-file", failure.Code);
        Assert.Contains("machine.json", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_refused()
    {
        Assert.Equal("machine-file", Assert.Throws<PlanException>(() => MeasuredMachine.Open("no such file.json")).Code);
        Assert.Equal("machine-file", Assert.Throws<PlanException>(() => MeasuredMachine.Open(Path.GetTempPath())).Code);
    }

    [Fact]
    public void A_title_longer_than_any_is_refused()
    {
        byte[] json = Encoding.UTF8.GetBytes(Saved(Machine with { Title = new string('a', 257) }));

        Assert.Equal("machine-file", Assert.Throws<PlanException>(() => MeasuredMachine.Parse(json, "machine.json")).Code);
    }

    [Fact]
    public void Only_files_are_read_and_not_without_end()
    {
        if (!OperatingSystem.IsLinux()) return;
        string folder = Directory.CreateTempSubdirectory("sandglass-").FullName, pipe = Path.Combine(folder, "pipe"), large = Path.Combine(folder, "large");
        try
        {
            System.Diagnostics.Process.Start("mkfifo", pipe).WaitForExit();
            File.WriteAllBytes(large, new byte[(1 << 20) + 1]);
            foreach ((string path, string found) in ((string, string)[])[(pipe, "a named pipe"), ("/dev/zero", "a device"), (folder, "a directory"),
                (large, "at most 1048576 bytes")])
            {
                PlanException failure = Assert.Throws<PlanException>(() => MeasuredMachine.Open(path));
                Assert.Equal("machine-file", failure.Code);
                Assert.Contains(found, failure.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void What_was_not_measured_is_refused()
    {
        Assert.Equal("threads", Assert.Throws<PlanException>(() => Machine.With(3)).Option);
        Assert.Equal("machine-lacks", Assert.Throws<PlanException>(() => Machine.With(3)).Code);
        TimeOptions type = new() { WeightType = "q4_0" }, cache = new() { CacheType = CacheType.Q4 }, float8 = new() { WeightType = "fp8" };
        foreach ((TimeOptions options, string option) in ((TimeOptions, string)[])[(type, "WeightType"), (float8, "WeightType"), (cache, "CacheType")])
        {
            PlanException failure = Assert.Throws<PlanException>(() => new StepTime(Grain, Machine.With(), options));
            Assert.Equal(("machine-lacks", option), (failure.Code, failure.Option));
        }
        Assert.Equal("Count", Assert.Throws<PlanException>(() => new StepTime(Grain, Machine.With(), new TimeOptions { Count = 2 })).Option);
    }

    /// <summary>The reads say 1 ps x 10, 30 and 50 a byte at 1, 3 and 9 MB: 2 MB are half way to 3 MB, which is half way to memory.</summary>
    [Theory]
    [InlineData(0.5e6, 0)]
    [InlineData(1e6, 0)]
    [InlineData(2e6, 0.25)]
    [InlineData(3e6, 0.5)]
    [InlineData(6e6, 0.75)]
    [InlineData(9e6, 1)]
    [InlineData(1e12, 1)]
    public void What_is_larger_comes_from_memory(double bytes, double share)
    {
        Assert.Equal(share, Speed.FromMemory(bytes), tolerance: 1e-12);
    }

    /// <summary>From 1 to 16 tokens a straight line; beyond 16 as many times as much.</summary>
    [Theory]
    [InlineData(1, 1e-9)]
    [InlineData(8.5, 2.5e-9)]
    [InlineData(16, 4e-9)]
    [InlineData(32, 8e-9)]
    public void Products_between_what_was_measured(double tokens, double seconds)
    {
        Assert.Equal(12 * seconds, Product.Seconds(outputs: 3, columns: 4, tokens, fromMemory: 1), tolerance: 1e-18);
        Assert.Equal(1.2 * seconds, Product.Seconds(outputs: 3, columns: 4, tokens, fromMemory: 0), tolerance: 1e-18);
        ProductSpeed storing = Product with { Output = [1e-8, 1.6e-7] };
        Assert.Equal(12 * seconds + 3 * 1e-8 * tokens, storing.Seconds(outputs: 3, columns: 4, tokens, fromMemory: 1), tolerance: 1e-16);
    }

    /// <summary>Each product by its weights: all of grain-1m is 1.1 MB, nearly in the caches.</summary>
    [Fact]
    public void A_step_is_the_sum_of_its_products()
    {
        StepTime time = new(Grain, Machine.With());

        StepCost cost = time.CostOfDecode(1, 0);

        double share = Speed.FromMemory(cost.WeightBytes + cost.CacheBytes);
        Assert.Equal(Grain.Shape.MultiplyAddsPerToken * (1e-10 + share * 9e-10), cost.WeightSeconds, tolerance: 1e-12);
        Assert.Equal(cost.WeightSeconds, cost.Seconds);
    }

    [Fact]
    public void Attention_and_all_else_are_added()
    {
        AttentionTerms terms = new(PerValue: 2e-9, PerMultiplyAdd: 3e-9, PerScore: 5e-9);
        MeasuredSpeed speed = Speed with
        {
            Attention = [new AttentionSpeed(CacheType.F16, terms, terms, terms)],
            Integers = new StepOverhead(
                Step: 1, Token: 0.25, Layer: 0.1, WidthValue: 1e-3, FeedForwardValue: 1e-4, Alone: 0.25, Together: 0.5, Text: 0.01, Score: 1e-5),
        };
        StepTime time = new(Grain, (Machine with { Speeds = [speed] }).With());
        ModelShape shape = Grain.Shape;
        AttentionShape part = shape.Layers[0].Attention;
        FeedForwardShape inside = shape.Layers[0].FeedForward;
        int layers = shape.Layers.Count;

        StepCost wrote = time.CostOfDecode(texts: 3, depth: 99), read = time.CostOfPrompt(10, before: 0);

        double values = part.KeyValueHeads * (part.KeyDim + part.ValueDim), asked = part.Heads * (part.KeyDim + part.ValueDim);
        Assert.Equal(3.0 * layers * 100 * (values * 2e-9 + asked * 3e-9 + part.Heads * 5e-9), wrote.AttentionSeconds, tolerance: 1e-12);
        Assert.Equal(layers * 55 * (asked * (2e-9 + 3e-9) + part.Heads * 5e-9), read.AttentionSeconds, tolerance: 1e-12);
        double each = layers * (shape.Width * 1e-3 + inside.Width * 1e-4), scores = shape.Vocabulary * 1e-5;
        Assert.Equal(1 + 0.1 * layers + 3 * (0.25 + each) + 3 * (0.01 + scores), wrote.OtherSeconds, tolerance: 1e-9);
        StepTime bare = new(Grain, Machine.With());
        Assert.Equal(bare.CostOfPrompt(10, 0).WeightSeconds * 1.475, read.WeightSeconds, tolerance: 1e-12);
        Assert.Equal(bare.CostOfDecode(1, 0).WeightSeconds * 1.25, time.CostOfDecode(1, 0).WeightSeconds, tolerance: 1e-12);
        Assert.Equal(1 + 0.1 * layers + 10 * (0.25 + each) + 0.01 + scores, read.OtherSeconds, tolerance: 1e-9);
    }

    private static string Saved(MeasuredMachine machine)
    {
        string path = Path.GetTempFileName();
        try
        {
            machine.Save(path);
            return File.ReadAllText(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
