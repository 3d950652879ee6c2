using System.Text.Json;

namespace Sandglass.Planning;

/// <summary>Models that can be planned for by name, each with the fields of its published <c>config.json</c> and their source.</summary>
public static class ModelCatalogue
{
    private const int MostLettersOff = 4;

    private static readonly string[] Endings = ["instruct", "chat", "base", "hf", "it", "pt"];

    private static readonly Lazy<CatalogueEntry[]> Entries = new(Read);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CatalogueEntry> All => Entries.Value;

    /// <summary>The model of a name, in any case of letters, with blanks or underscores for dashes: <c>Llama 3 8B</c> is <c>llama-3-8b</c>, and so is the name
    /// of its repository, <c>meta-llama/Meta-Llama-3-8B-Instruct</c>.</summary>
    /// <exception cref="PlanException">There is none; the message offers the nearest.</exception>
    public static CatalogueEntry Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string plain = Plain(name);
        return All.FirstOrDefault(entry => Plain(entry.Name) == plain || Plain(entry.Title) == plain)
            ?? All.FirstOrDefault(entry => Repository(entry) is string repository && Tuned(repository) == Tuned(plain))
            ?? throw Unknown(name, plain);
    }

    /// <summary>The plain name of the repository that an entry's sizes are from; null where they are from a paper.</summary>
    private static string? Repository(CatalogueEntry entry) =>
        entry.Source.Split('/') is ["https:", "", "huggingface.co", _, string repository, ..] ? Plain(repository) : null;

    /// <summary>A plain name without what says how the model was tuned: its sizes are the same.</summary>
    private static string Tuned(string plain)
    {
        foreach (string ending in Endings)
            if (plain.EndsWith(ending, StringComparison.Ordinal)) return plain[..^ending.Length];
        return plain;
    }

    private static PlanException Unknown(string name, string plain)
    {
        string[] near = [.. All.Select(entry => (entry.Name, Distance: EditDistance.Between(plain, Plain(entry.Name))))
            .Where(pair => pair.Distance <= Math.Min(MostLettersOff, plain.Length / 2)).OrderBy(pair => pair.Distance).Select(pair => pair.Name).Take(3)];
        if (near.Length == 0 && plain.Length > 2)
            near = [.. All.Select(entry => entry.Name).Where(one => Plain(one).StartsWith(plain, StringComparison.Ordinal)).Take(8)];
        string expected = near.Length == 0 ? $"a name of the catalogue of {All.Count} models" : $"a name of the catalogue, perhaps {string.Join(" or ", near)}";
        return new PlanException("plan-model-unknown", "Model", expected, ModelFiles.Fail.Short(name));
    }

    private static string Plain(string name) =>
        string.Concat(name.Split('/')[^1].Where(static letter => letter is not (' ' or '-' or '_'))).ToLowerInvariant();

    private static CatalogueEntry[] Read()
    {
        using Stream stream = typeof(ModelCatalogue).Assembly.GetManifestResourceStream("catalogue.json")!;
        using JsonDocument document = JsonDocument.Parse(stream);
        return [.. document.RootElement.EnumerateArray().Select(Entry)];
    }

    private static CatalogueEntry Entry(JsonElement entry)
    {
        string? Text(string name) => entry.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
        string name = Text("name")!, source = Text("source")!;
        ModelShape shape = ModelShape.FromConfig(entry.GetProperty("config").GetRawText(), name);
        return new CatalogueEntry(name, Text("title")!, shape, entry.GetProperty("parameters").GetInt64(), source, Text("parametersSource") ?? source)
        {
            Assumption = Text("assumption"),
            Note = Text("note"),
        };
    }
}
