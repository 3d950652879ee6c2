using System.Diagnostics.CodeAnalysis;

namespace Sandglass.ModelFiles;

/// <summary>The metadata of a file's architecture, whose keys begin with its name. Values outside the given bounds are refused.</summary>
internal sealed class ArchitectureMetadata
{
    private const string ArchitectureKey = "general.architecture";
    private const int MaxNameLength = 64;   // all keys begin with it
    private readonly Metadata _metadata;

    public ArchitectureMetadata(Metadata metadata)
    {
        _metadata = metadata;
        string? architecture = metadata.String(ArchitectureKey);
        if (string.IsNullOrEmpty(architecture))
            Fail.Throw("hyperparameter-missing", metadata.File, $"metadata {ArchitectureKey}", "the name of an architecture", "none");
        if (architecture.Length > MaxNameLength)
            Fail.Throw("hyperparameter-absurd", metadata.File, $"metadata {ArchitectureKey}", $"a name of at most {MaxNameLength} letters",
                $"one of {architecture.Length}");
        Architecture = architecture;
    }

    public string Architecture { get; }

    public string? String(string key) => _metadata.String(Full(key));

    public bool AnyBelow(string prefix) => _metadata.Values.Keys.Any(key => key.StartsWith(Full(prefix), StringComparison.Ordinal));

    public int? Int(string key, int least, int most)
    {
        long? value = _metadata.Integer(Full(key));
        if (value < least || value > most) Refuse<int>(key, $"{least} to {most}", $"{value}");
        return (int?)value;
    }

    public int Required(string key, int least, int most) => Int(key, least, most) ?? Missing<int>(key, "a whole number");

    public bool? Bool(string key) => _metadata.Bool(Full(key));

    public float? Float(string key, double least, double most)
    {
        double? value = _metadata.Float(Full(key));
        if (value is not null && !(value >= least && value <= most)) Refuse<float>(key, $"a number from {least} to {most}", $"{value}");
        return (float?)value;
    }

    /// <summary>One value for all layers, or a list with one for each; null where the key is absent.</summary>
    public int[]? ByLayer(string key, int layers, int least, int most)
    {
        if (!_metadata.Values.TryGetValue(Full(key), out object? found)) return null;
        int[] values = new int[layers];
        if (found is not Array list)
        {
            Array.Fill(values, Required(key, least, most));
            return values;
        }

        if (list.Length != layers) Refuse<int>(key, $"{layers} values, one for each layer", $"{list.Length}");
        long[] wide = _metadata.Integers(Full(key))!;
        for (int i = 0; i < layers; i++)
        {
            if (wide[i] < least || wide[i] > most) Refuse<int>(key, $"{least} to {most} for each layer", $"{wide[i]} for layer {i}");
            values[i] = (int)wide[i];
        }
        return values;
    }

    [DoesNotReturn]
    public T Refuse<T>(string key, string expected, string found) =>
        throw new ModelFileException("hyperparameter-absurd", _metadata.File, $"metadata {Full(key)}", expected, found);

    [DoesNotReturn]
    public T Missing<T>(string key, string expected) =>
        throw new ModelFileException("hyperparameter-missing", _metadata.File, $"metadata {Full(key)}", expected, "none");

    /// <summary>Refuses an entry that must be above 0: an absent one as missing, a present one for the 0 that it has.</summary>
    [DoesNotReturn]
    public void NotPositive(string key, string expected)
    {
        if (!_metadata.Values.ContainsKey(Full(key))) Missing<int>(key, expected);
        Refuse<int>(key, expected, "0");
    }

    private string Full(string key) => $"{Architecture}.{key}";
}
