using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sandglass.Generation;

namespace Sandglass.Studies;

/// <summary>Finished parts of an experiment in a file, so that one that was ended goes on where it was. JSON, a line each: first what the experiment is, then
/// the rows of a part. A last line that was not written whole is dropped, and its part done again.</summary>
/// <example>
/// <code>
/// using ExperimentFile&lt;TemperatureRow&gt; results = ExperimentFile&lt;TemperatureRow&gt;.Open("temperature.jsonl", study);
/// await foreach (TemperatureRow row in study.RunAsync(results)) Console.WriteLine(row.MeanLogprob);
/// </code>
/// </example>
public sealed class ExperimentFile<TRow> : IDisposable
{
    private const string Option = "resume";
    private const int MostBytes = 1 << 28;      // of a file that is read whole; the largest experiment writes a hundredth of it

    private readonly FileStream _file;
    private readonly JsonTypeInfo<TRow> _json;
    private readonly List<IReadOnlyList<TRow>> _parts = [];

    private ExperimentFile(FileStream file, JsonTypeInfo<TRow> json) => (_file, _json) = (file, json);

    /// <summary>Parts that it holds.</summary>
    public int Parts => _parts.Count;

    /// <summary>Opens it, or begins it where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="experiment">What its rows are of.</param>
    /// <exception cref="GenerationException"><c>results-other</c>: its rows are of another experiment, model or setting, or it is no such file at all.
    /// <c>results-broken</c>: a line of it cannot be read.</exception>
    public static ExperimentFile<TRow> Open(string path, Experiment<TRow> experiment)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(experiment);
        FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            ExperimentFile<TRow> results = new(file, experiment.RowJson);
            results.Read(path, experiment);
            return results;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The rows of a part; null where it has not been done.</summary>
    internal IReadOnlyList<TRow>? Find(int part) => part < _parts.Count ? _parts[part] : null;

    /// <summary>Keeps the rows of the next part.</summary>
    internal void Add(IReadOnlyList<TRow> rows)
    {
        _file.Write(Line(_parts.Count, rows, _json));
        _file.Flush(flushToDisk: true);
        _parts.Add(rows);
    }

    /// <summary>The rows of a part, as it keeps them.</summary>
    internal static byte[] Line(int part, IReadOnlyList<TRow> rows, JsonTypeInfo<TRow> form) => Line(json =>
    {
        json.WriteNumber("part", part);
        json.WriteStartArray("rows");
        foreach (TRow row in rows) JsonSerializer.Serialize(json, row, form);
        json.WriteEndArray();
    });

    /// <summary>Closes it.</summary>
    public void Dispose() => _file.Dispose();

    private void Read(string path, Experiment<TRow> experiment)
    {
        if (_file.Length > MostBytes) RefuseOther($"a file of results, of at most {MostBytes} bytes", $"{path} of {_file.Length} bytes");
        byte[] bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        byte[] header = Header(experiment);
        int end = bytes.AsSpan().IndexOf((byte)'\n') + 1;
        if (end == 0)
        {
            // begun by a run that was ended in its first line; anything else is a file of somebody's
            if (!header.AsSpan().StartsWith(bytes)) RefuseOther("a file of results, or none", $"something else in {path}");
            _file.SetLength(0);
            _file.Write(header);
            _file.Flush();
            return;
        }
        if (!bytes.AsSpan(0, end).SequenceEqual(header)) RefuseHeader(path, bytes.AsMemory(0, end), experiment);
        for (int line = 2, next; (next = bytes.AsSpan(end).IndexOf((byte)'\n') + 1) > 0; line++, end += next)
            _parts.Add(Rows(bytes.AsMemory(end, next), experiment.Parts) ?? Broken(path, line));
        _file.SetLength(end);       // without what was not written whole
        _file.Position = end;
    }

    private IReadOnlyList<TRow>? Rows(ReadOnlyMemory<byte> line, int parts)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (_parts.Count >= parts || root.GetProperty("part").GetInt32() != _parts.Count) return null;
            return [.. root.GetProperty("rows").EnumerateArray().Select(Row)];
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>A row, which has to be as it would be written: nothing missing, nothing else.</summary>
    private TRow Row(JsonElement written)
    {
        TRow row = written.Deserialize(_json) ?? throw new JsonException();
        return JsonSerializer.Serialize(row, _json) == written.GetRawText() ? row : throw new JsonException();
    }

    private static IReadOnlyList<TRow> Broken(string path, int line) => throw new GenerationException(
        "results-broken", Option, "the rows of the next part", $"something else in line {line} of {path}; delete it and the lines after it, or the file");

    private static void RefuseHeader(string path, ReadOnlyMemory<byte> line, Experiment<TRow> experiment)
    {
        string? name = null;
        Dictionary<string, string> found = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            name = document.RootElement.GetProperty("experiment").GetString();
            foreach (JsonProperty fact in document.RootElement.GetProperty("setting").EnumerateObject()) found[fact.Name] = fact.Value.GetString() ?? "";
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            RefuseOther("a file of results, or none", $"something else in {path}");
        }
        if (name != experiment.Name) RefuseOther($"results of {experiment.Name}", $"results of {name} in {path}");
        foreach (ExperimentFact fact in experiment.Setting)
        {
            string other = found.GetValueOrDefault(fact.Name, "none");
            if (other == fact.Value) continue;
            RefuseOther(
                $"results of {fact.Name} {Short(fact.Value)}", $"those of {fact.Name} {Short(other)} in {path}; give the options of then, or another file");
        }
        RefuseOther("results of this setting", $"those of another in {path}");
    }

    private static string Short(string value) => value.Length <= 60 ? value : $"{value[..60]}…";

    private static void RefuseOther(string expected, string found) => throw new GenerationException("results-other", Option, expected, found);

    /// <summary>What an experiment is, as it begins with.</summary>
    internal static byte[] Header(Experiment<TRow> experiment) => Line(json =>
    {
        json.WriteString("experiment", experiment.Name);
        json.WriteStartObject("setting");
        foreach (ExperimentFact fact in experiment.Setting) json.WriteString(fact.Name, fact.Value);
        json.WriteEndObject();
    });

    private static byte[] Line(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> line = new();
        using (Utf8JsonWriter json = new(line))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }
}
