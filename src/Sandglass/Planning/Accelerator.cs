using System.Text.Json;

namespace Sandglass.Planning;

/// <summary>A processor that models are trained on, by its maker's figures.</summary>
/// <param name="Name">Its short name: <c>h100</c>.</param>
/// <param name="Title">Its name as its maker writes it.</param>
/// <param name="OperationsPerSecond">Dense BF16 operations a second at most (of a V100: F16).</param>
/// <param name="MemoryBytes">Bytes of its memory.</param>
/// <param name="BytesPerSecond">Bytes a second between it and its memory at most.</param>
/// <param name="Source">Where the figures are from.</param>
public sealed record Accelerator(string Name, string Title, double OperationsPerSecond, double MemoryBytes, double BytesPerSecond, string Source)
{
    private static readonly Lazy<Accelerator[]> Known = new(Read);

    /// <summary>All that are known.</summary>
    public static IReadOnlyList<Accelerator> All => Known.Value;

    /// <summary>What an hour of it is assumed to cost, in dollars; null where nothing is.</summary>
    public double? PricePerHour { get; init; }

    /// <summary>Where the price is from.</summary>
    public string? PriceSource { get; init; }

    /// <summary>The one of a name, in any case of letters.</summary>
    /// <exception cref="PlanException">There is none.</exception>
    public static Accelerator Named(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new PlanException("plan-option", nameof(TrainingOptions.Hardware), string.Join(", ", All.Select(one => one.Name)),
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
        bool hasPrice = entry.TryGetProperty("pricePerHour", out JsonElement price);
        return new Accelerator(Text("name"), Text("title"), Number("operationsPerSecond"), Number("memoryBytes"), Number("bytesPerSecond"), Text("source"))
        {
            PricePerHour = hasPrice ? price.GetDouble() : null,
            PriceSource = hasPrice ? Text("priceSource") : null,
        };
    }
}
