using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sandglass.Planning;

/// <summary>A machine as it was measured, with one or more numbers of threads. It is kept as JSON.</summary>
public sealed record MeasuredMachine
{
    private const int MostBytes = 1 << 20;
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
            Source = "measured by MachineCalibration",
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
            if (Directory.Exists(path)) throw new IOException("a directory");
            if (!ModelFiles.FileKind.IsSpellable(path)) throw new IOException("a lone surrogate in its path");
            using FileStream file = new(ModelFiles.FileKind.OpenToRead(path), FileAccess.Read, bufferSize: 0);      // waits for no writer of a pipe
            bytes = new byte[MostBytes + 1];
            int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count > MostBytes) throw Wrong($"a file of at most {MostBytes} bytes", path);
            bytes = bytes[..count];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Wrong("a file that a calibration has written", $"{path}, which cannot be read: {failure.Message.TrimEnd('.')}");
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
            MachineRanges.Check(machine, (expected, found) => Wrong(expected, $"{found} in {path}"));
            return machine;
        }
        catch (JsonException failure)
        {
            throw Wrong("a file that a calibration has written", $"something else at {failure.Path ?? "$"} of {path}");
        }
    }

    private static PlanException Wrong(string expected, string found) => new("machine-file", Option, expected, found);
}

/// <summary>Machines as JSON: names in lower camel case.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.General, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UseStringEnumConverter = true, MaxDepth = 16)]
[JsonSerializable(typeof(MeasuredMachine))]
internal sealed partial class MachineJson : JsonSerializerContext;
