using Sandglass.Kernels;
using Sandglass.Tests.Transformer;
using Sandglass.Transformer;

namespace Sandglass.Tests.Generation;

/// <summary>A folder with one <see cref="TypedModel"/> of each type and one <see cref="RandomModel"/> of each architecture, gone when the tests are over.</summary>
public sealed class TypedModelFiles : IDisposable
{
    public TypedModelFiles()
    {
        foreach (TensorType type in TypedModel.Types) TypedModel.Write(Folder, type);
        foreach (Architecture architecture in Architectures.All) new RandomModel(architecture.Name) { Type = TensorType.Q8_0 }.Write(Folder);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("sandglass-typed-").FullName;

    public string this[TensorType type] => Path.Combine(Folder, $"typed-{type}.gguf");

    /// <summary>A model of an architecture, in Q8_0.</summary>
    public string this[string architecture] => Path.Combine(Folder, $"{architecture}-{TensorType.Q8_0}-1.gguf");

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
