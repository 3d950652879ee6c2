using Sandglass.Kernels;
using Sandglass.Tests.Transformer;

namespace Sandglass.Tests.Generation;

/// <summary>A folder with one <see cref="TypedModel"/> of each type and one <see cref="RandomModel"/> of each kind, gone when the tests are over.</summary>
public sealed class TypedModelFiles : IDisposable
{
    public TypedModelFiles()
    {
        foreach (TensorType type in TypedModel.Types) TypedModel.Write(Folder, type);
        foreach (string kind in RandomModel.Kinds) (RandomModel.Of(kind) with { Type = TensorType.Q8_0 }).Write(Folder);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("sandglass-typed-").FullName;

    public string this[TensorType type] => Path.Combine(Folder, $"typed-{type}.gguf");

    /// <summary>A <see cref="RandomModel"/> of a kind, in Q8_0.</summary>
    public string this[string kind] => Path.Combine(Folder, $"{kind}-{TensorType.Q8_0}-1.gguf");

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
