using System.Globalization;
using System.Text.Json;

namespace Sandglass.Web;

/// <summary>What is asked of an experiment: the options of <c>sandglass lab</c>, by their names without dashes, each as the text that the command line has.</summary>
internal sealed class LabBody(JsonElement body)
{
    private const int MostNumbers = 1000;       // of one list
    private readonly HashSet<string> _read = [];

    /// <summary>Which.</summary>
    public string Experiment { get; } = Text(body, "experiment") ?? throw new TraceBodyException("parameter-missing", "An experiment needs its name.");

    /// <summary>The model's file.</summary>
    public string Model { get; } = PathOf(Text(body, "model") ?? throw new TraceBodyException("parameter-missing", "An experiment needs a model."));

    /// <summary>The file of the model that guesses; null for none.</summary>
    public string? Draft { get; } = Text(body, "draft") is string draft ? PathOf(draft) : null;

    /// <summary>Where a model of that name is kept.</summary>
    public static string PathOf(string name) => $"/tmp/{Uri.EscapeDataString(name)}.gguf";

    /// <summary>An option as it is given; null where it is not.</summary>
    public string? Optional(string name)
    {
        _read.Add(name);
        return body.TryGetProperty("options", out JsonElement options) ? Text(options, name) : null;
    }

    public string Text(string name) => Optional(name) ?? throw new TraceBodyException("parameter-missing", $"{Experiment} needs {name}.");

    public int Whole(string name) => Number<int>(name, Text(name), "a whole number");

    public ulong Seed(string name = "seed") => Number<ulong>(name, Text(name), "a whole number from 0");

    public double Real(string name) => Number<double>(name, Text(name), "a number");

    public int[] Wholes(string name) => [.. Words(name).Select(word => Number<int>(name, word, "whole numbers with commas between them"))];

    public double[] Reals(string name) => [.. Words(name).Select(word => Number<double>(name, word, "numbers with commas between them"))];

    /// <summary>The parts of a list.</summary>
    public string[] Words(string name)
    {
        string[] words = Text(name).Split(',', StringSplitOptions.TrimEntries);
        return words.Length <= MostNumbers ? words
            : throw new TraceBodyException("parameter-value", $"{name}: expected at most {MostNumbers} of them, found {words.Length}.");
    }

    /// <summary>One of some words.</summary>
    public static T Choice<T>(string name, string word, IReadOnlyDictionary<string, T> words) => words.TryGetValue(word, out T? value) ? value
        : throw new TraceBodyException("parameter-value", $"{name}: expected some of {string.Join(", ", words.Keys)}, found {word}.");

    /// <summary>Fails where an option was given that nothing has read.</summary>
    public void RefuseOthers()
    {
        if (!body.TryGetProperty("options", out JsonElement options)) return;
        foreach (JsonProperty option in options.EnumerateObject())
            if (!_read.Contains(option.Name)) throw new TraceBodyException("parameter-unknown", $"There is no option {option.Name} of {Experiment}.");
    }

    private static T Number<T>(string name, string word, string expected) where T : IParsable<T> => T.TryParse(word, CultureInfo.InvariantCulture, out T? value)
        ? value : throw new TraceBodyException("parameter-value", $"{name}: expected {expected}, found {word}.");

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
