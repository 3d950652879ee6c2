using Sandglass.Kernels;

namespace Sandglass.Tests.Generation;

/// <summary>A folder with one <see cref="TypedModel"/> of each type, gone when the tests are over.</summary>
public sealed class TypedModelFiles : IDisposable
{
    public TypedModelFiles()
    {
        foreach (TensorType type in TypedModel.Types) TypedModel.Write(Folder, type);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("sandglass-typed-").FullName;

    public string this[TensorType type] => Path.Combine(Folder, $"typed-{type}.gguf");

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
