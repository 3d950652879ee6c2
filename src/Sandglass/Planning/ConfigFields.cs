using System.Text.Json;
using Sandglass.ModelFiles;

namespace Sandglass.Planning;

/// <summary>The fields of a <c>config.json</c>. A model that reads more than text has those of its text part in <c>text_config</c>.</summary>
internal sealed class ConfigFields : IDisposable
{
    private const int MostCharacters = 1 << 18;     // real ones have a few thousand, those that list how each matrix is quantised more
    private const int MostWide = 1 << 24;           // products of three of them stay countable

    private readonly JsonDocument _document;
    private readonly Dictionary<string, JsonElement> _text, _whole;
    private readonly string _file;

    /// <exception cref="ModelFileException">It is no JSON object.</exception>
    public ConfigFields(string json, string file)
    {
        _file = file;
        if (json.Length > MostCharacters)
            throw new ModelFileException("config-json", file, "length", $"at most {MostCharacters} characters", $"{json.Length}");
        try
        {
            _document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)      // the latter of a text that is no Unicode
        {
            throw new ModelFileException("config-json", file, "content", "a JSON object, as config.json of a model is", failure.Message.TrimEnd('.'));
        }
        try
        {
            if (_document.RootElement.ValueKind is not JsonValueKind.Object and JsonValueKind found)
                throw new ModelFileException("config-json", file, "content", "a JSON object, as config.json of a model is", $"{found}");
            _whole = Fields(_document.RootElement);
            _text = _whole.TryGetValue("text_config", out JsonElement text) && text.ValueKind == JsonValueKind.Object ? Fields(text) : _whole;
        }
        catch
        {
            _document.Dispose();
            throw;
        }
    }

    /// <summary>Whether it is there, and not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A text; null where it is absent or null.</summary>
    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => Unicode(name, value),
        JsonElement other => throw Wrong(name, "a text", Shown(other)),
    };

    /// <summary>A whole number; null where it is absent or null.</summary>
    public int? Int(string name, int least = 0, int most = MostWide)
    {
        if (Find(name) is not JsonElement value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most) return number;
        throw Wrong(name, $"a whole number from {least} to {most}", Shown(value));
    }

    /// <summary>A whole number that must be there, by any of its names.</summary>
    public int Required(params string[] names)
    {
        foreach (string name in names)
            if (Int(name, least: 1) is int found) return found;
        throw Wrong(string.Join(" or ", names), "a whole number from 1", "none");
    }

    /// <summary>Whether it says yes; the default where it is absent or null.</summary>
    public bool Flag(string name, bool otherwise = false) => Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        JsonElement other => throw Wrong(name, "true or false", Shown(other)),
    };

    /// <summary>A list of texts, one a layer; null where it is absent or null.</summary>
    public string[]? ByLayer(string name, int layers)
    {
        if (Find(name) is not JsonElement value) return null;
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != layers
            || value.EnumerateArray().Any(static one => one.ValueKind != JsonValueKind.String))
            throw Wrong(name, $"a list of {layers} texts, one a layer", Shown(value));
        return [.. value.EnumerateArray().Select(one => Unicode(name, one))];
    }

    /// <summary>Layers that a list names by number; null where it is absent or null.</summary>
    public HashSet<int>? Layers(string name)
    {
        if (Find(name) is not JsonElement value) return null;
        if (value.ValueKind != JsonValueKind.Array
            || value.EnumerateArray().Any(static one => one.ValueKind != JsonValueKind.Number || !one.TryGetInt32(out _)))
            throw Wrong(name, "a list of layers' numbers", Shown(value));
        return [.. value.EnumerateArray().Select(static one => one.GetInt32())];
    }

    public ModelFileException Wrong(string field, string expected, string found) => new("config-field", _file, field, expected, found);

    public void Dispose() => _document.Dispose();

    private JsonElement? Find(string name) =>
        (_text.TryGetValue(name, out JsonElement found) || _whole.TryGetValue(name, out found)) && found.ValueKind != JsonValueKind.Null ? found : null;

    /// <summary>By name, so that finding one does not walk them all; of those that stand there twice the last.</summary>
    private Dictionary<string, JsonElement> Fields(JsonElement part)
    {
        Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
        foreach (JsonProperty field in part.EnumerateObject())
        {
            try
            {
                fields[field.Name] = field.Value;
            }
            catch (InvalidOperationException)
            {
                throw Wrong("a field's name", "a text in Unicode", Fail.Short(field.ToString()));
            }
        }
        return fields;
    }

    /// <summary>A text; JSON can spell half of a character, which .NET does not read.</summary>
    private string Unicode(string name, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong(name, "a text in Unicode", Shown(value));
        }
    }

    private static string Shown(JsonElement value) => Fail.Short(value.GetRawText());
}
