using Sandglass.ModelFiles;

namespace Sandglass.Cli.Tests;

/// <summary>Files made from the small embedded model, each with something changed.</summary>
internal sealed class ModelCopy : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("sandglass-").FullName;

    /// <summary>A copy with some facts set; null takes one away.</summary>
    public string Write(string name, params (string Key, object? Value)[] facts) => Write(name, facts, _ => true);

    /// <summary>The description and the vocabulary alone.</summary>
    public string WriteVocabulary(string name) => Write(name, [], _ => false);

    /// <summary>The model in two files; gives the first one's path.</summary>
    public string WriteSplit(string prefix)
    {
        using ModelFile model = EmbeddedModels.Open("grain-1m");
        int half = model.Tensors.Count / 2;
        for (int part = 1; part >= 0; part--)
        {
            int from = part * half, to = part == 0 ? half : model.Tensors.Count;
            Write($"{prefix}-{part + 1:D5}-of-00002.gguf",
                [("split.no", (ushort)part), ("split.count", (ushort)2), ("split.tensors.count", model.Tensors.Count)], i => i >= from && i < to);
        }
        return Path.Combine(Folder, $"{prefix}-00001-of-00002.gguf");
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private string Write(string name, (string Key, object? Value)[] facts, Func<int, bool> holds)
    {
        using ModelFile model = EmbeddedModels.Open("grain-1m");
        ModelFileWriter writer = new();
        foreach ((string key, object value) in model.Metadata.Values)
            if (!facts.Any(fact => fact.Key == key)) writer.Add(key, value);
        foreach ((string key, object? value) in facts)
            if (value is not null) writer.Add(key, value);
        for (int i = 0; i < model.Tensors.Count; i++)
        {
            if (!holds(i)) continue;
            byte[] bytes = new byte[model.Tensors[i].ByteCount];
            model.Read(model.Tensors[i], 0, bytes);
            writer.Add(model.Tensors[i].Name, model.Tensors[i].Type, [.. model.Tensors[i].Shape], bytes);
        }
        string path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, writer.ToArray());
        return path;
    }
}
