using System.Text.Json;

namespace Sandglass.Planning;

/// <summary>A processor that models are trained and run on, by its maker's figures.</summary>
/// <param name="Name">Its short name: <c>h100</c>.</param>
/// <param name="Title">Its name as its maker writes it.</param>
/// <param name="OperationsPerSecond">Dense BF16 operations a second at most (of a V100: F16; of a processor without BF16: F32).</param>
/// <param name="MemoryBytes">Bytes of its memory; of a processor the most that it takes.</param>
/// <param name="BytesPerSecond">Bytes a second between it and its memory at most.</param>
/// <param name="Source">Where the figures are from.</param>
public sealed record Accelerator(string Name, string Title, double OperationsPerSecond, double MemoryBytes, double BytesPerSecond, string Source)
{
    private static readonly Lazy<Accelerator[]> Entries = new(Read);

    /// <summary>All that are known.</summary>
    public static IReadOnlyList<Accelerator> All => Entries.Value;

    /// <summary>Whether it is a computer's own processor (CPU), which multiplies weights of few bits in integers.</summary>
    public bool IsProcessor { get; init; }

    /// <summary>Int8 operations a second at most, of a processor; null where they are no faster than the others or not said.</summary>
    public double? Int8OperationsPerSecond { get; init; }

    /// <summary>Dense FP8 operations a second at most; null where it has none.</summary>
    public double? Float8OperationsPerSecond { get; init; }

    /// <summary>What of the figures no data sheet says; null where all are from the source.</summary>
    public string? Assumption { get; init; }

    /// <summary>What an hour of it is assumed to cost, in dollars; null where nothing is.</summary>
    public double? PricePerHour { get; init; }

    /// <summary>Where the price is from.</summary>
    public string? PriceSource { get; init; }

    /// <summary>The one of a name, in any case of letters.</summary>
    /// <exception cref="PlanException">There is none.</exception>
    public static Accelerator Named(string name) => Named(name, nameof(TrainingOptions.Hardware));

    /// <summary>As <see cref="Named(string)"/>, for an option of another name.</summary>
    internal static Accelerator Named(string name, string option)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new PlanException("plan-option", option, string.Join(", ", All.Select(one => one.Name)),
                ModelFiles.Fail.Short(name));
    }

    private static Accelerator[] Read()
    {
        using Stream stream = typeof(Accelerator).Assembly.GetManifestResourceStream("accelerators.json")!;
        using JsonDocument document = JsonDocument.Parse(stream);
        return [.. document.RootElement.EnumerateArray().Select(Entry)];
    }

    private static Accelerator Entry(JsonElement entry)
    {
        string Text(string name) => entry.GetProperty(name).GetString()!;
        double Number(string name) => entry.GetProperty(name).GetDouble();
        double? Known(string name) => entry.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : null;
        string? Said(string name) => entry.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
        return new Accelerator(Text("name"), Text("title"), Number("operationsPerSecond"), Number("memoryBytes"), Number("bytesPerSecond"), Text("source"))
        {
            IsProcessor = Said("kind") == "cpu",
            Int8OperationsPerSecond = Known("int8OperationsPerSecond"),
            Float8OperationsPerSecond = Known("float8OperationsPerSecond"),
            Assumption = Said("assumption"),
            PricePerHour = Known("pricePerHour"),
            PriceSource = Said("priceSource"),
        };
    }
}
