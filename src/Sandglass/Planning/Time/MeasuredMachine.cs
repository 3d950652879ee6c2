using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sandglass.Planning;

/// <summary>A machine as it was measured, with one or more numbers of threads. It is kept as JSON.</summary>
public sealed record MeasuredMachine
{
    private const int MostBytes = 1 << 20, MostEntries = 1024;
    private const string Option = "machine";

    /// <summary>What it is, in words.</summary>
    public required string Title { get; init; }

    /// <summary>The kernels that ran: <c>512</c>, <c>256</c>, <c>128</c> or <c>scalar</c>.</summary>
    public required string Kernels { get; init; }

    /// <summary>Bytes of its memory.</summary>
    public required double MemoryBytes { get; init; }

    /// <summary>How fast it is, one entry for each number of threads.</summary>
    public required IReadOnlyList<MeasuredSpeed> Speeds { get; init; }

    /// <summary>Its speed with a number of threads.</summary>
    /// <param name="threads">One that was measured; 0 for the most.</param>
    /// <exception cref="PlanException">It was not measured with so many.</exception>
    public MachineSpeed With(int threads = 0)
    {
        MeasuredSpeed speed = (threads == 0 ? Speeds.MaxBy(static one => one.Threads) : Speeds.FirstOrDefault(one => one.Threads == threads))
            ?? throw new PlanException("machine-lacks", nameof(threads),
                $"a number of threads that this machine was measured with: {string.Join(", ", Speeds.Select(static one => one.Threads))}", $"{threads}");
        return new MachineSpeed
        {
            Name = "measured",
            Title = Title,
            Source = "measured by sandglass plan --calibrate",
            Threads = speed.Threads,
            BytesPerSecond = speed.BytesPerSecond,
            OperationsPerSecond = speed.Fp32OperationsPerSecond,
            Int8OperationsPerSecond = speed.Int8OperationsPerSecond,
            MemoryBytes = MemoryBytes,
            StepTokens = MachineSpeed.EngineStepTokens,
            Engine = speed,
        };
    }

    /// <summary>Keeps it in a file.</summary>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ModelFiles.WholeFile.Write(path, stream => JsonSerializer.Serialize(stream, this, MachineJson.Default.MeasuredMachine));
    }

    /// <summary>Reads what <see cref="Save"/> kept.</summary>
    /// <exception cref="PlanException"><c>machine-file</c>: there is none, or it is no such file, or a figure of it cannot be.</exception>
    public static MeasuredMachine Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] bytes;
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            bytes = new byte[MostBytes + 1];
            int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count > MostBytes) throw Wrong($"a file of at most {MostBytes} bytes", path);
            bytes = bytes[..count];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Wrong("a file that sandglass plan --calibrate wrote", $"{path}, which cannot be read: {failure.Message.TrimEnd('.')}");
        }
        return Parse(bytes, path);
    }

    /// <summary>As <see cref="Open"/>, from its bytes.</summary>
    internal static MeasuredMachine Parse(ReadOnlySpan<byte> json, string path)
    {
        try
        {
            MeasuredMachine machine = JsonSerializer.Deserialize(json, MachineJson.Default.MeasuredMachine)
                ?? throw Wrong("a JSON object", $"null in {path}");
            machine.Validate(path);
            return machine;
        }
        catch (JsonException failure)
        {
            throw Wrong("a file that sandglass plan --calibrate wrote", $"something else at {failure.Path ?? "$"} of {path}");
        }
    }

    private void Validate(string path)
    {
        void Require(bool holds, string expected, string what)
        {
            if (!holds) throw Wrong(expected, $"{what} in {path}");
        }

        void Figures(string what, params IEnumerable<double> figures) =>
            Require(figures.All(static one => double.IsFinite(one) && one >= 0), "numbers from 0", what);

        Require(Speeds.Count is > 0 and <= MostEntries && !Speeds.Contains(null!), "one speed or more", "none");
        Figures("memoryBytes", MemoryBytes);
        foreach (MeasuredSpeed speed in Speeds)
        {
            Require(speed is { Threads: >= 1, Reads.Count: > 0 and <= MostEntries, Products.Count: > 0 and <= MostEntries,
                Attention.Count: > 0 and <= MostEntries }, "threads, reads, products and attention", "a speed without");
            Require(speed.BytesPerSecond > 0 && speed.Fp32OperationsPerSecond > 0 && speed.Int8OperationsPerSecond > 0, "rates above 0", "a rate");
            Require(!speed.Reads.Contains(null!) && !speed.Products.Contains(null!) && !speed.Attention.Contains(null!), "objects", "null");
            Figures("reads", speed.Reads.SelectMany(static one => new[] { one.Bytes, one.SecondsPerByte }));
            Require(IsRising(speed.Reads.Select(static one => one.Bytes)), "reads of rising bytes", "others");
            foreach (ProductSpeed product in speed.Products)
            {
                int rows = product.Rows.Count;
                bool areAlike = rows is > 1 and <= MostEntries && product.Memory.Count == rows && product.Cached.Count == rows
                    && product.Output.Count == rows;
                Require(areAlike, "rows, memory, cached and output of the same length", $"products with {product.Type}");
                bool isRising = product.Rows[0] == 1 && IsRising(product.Rows.Select(static one => (double)one));
                Require(isRising, "rows that rise from 1", $"products with {product.Type}");
                Figures($"products with {product.Type}", [.. product.Memory, .. product.Cached, .. product.Output]);
            }
            foreach (AttentionSpeed attention in speed.Attention)
            {
                AttentionTerms[] terms = [attention.Memory, attention.Cached, attention.Prompt];
                Figures("attention", terms.SelectMany(static one => new[] { one.PerValue, one.PerMultiplyAdd, one.PerScore }));
            }
            foreach (StepOverhead one in (StepOverhead[])[speed.Integers, speed.Floats])
                Figures("integers and floats",
                    one.Step, one.Token, one.Layer, one.WidthValue, one.FeedForwardValue, one.Alone, one.Together, one.Text, one.Score);
        }
    }

    private static bool IsRising(IEnumerable<double> numbers) => numbers.Zip(numbers.Skip(1)).All(static pair => pair.First < pair.Second);

    private static PlanException Wrong(string expected, string found) => new("machine-file", Option, expected, found);
}

/// <summary>Machines as JSON: names in lower camel case.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.General, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UseStringEnumConverter = true, MaxDepth = 16)]
[JsonSerializable(typeof(MeasuredMachine))]
internal sealed partial class MachineJson : JsonSerializerContext;
