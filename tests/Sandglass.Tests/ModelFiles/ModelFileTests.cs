using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Tests.ModelFiles;

public class ModelFileTests
{
    public static TheoryData<string> SharedFiles()
    {
        TheoryData<string> files = [];
        if (Shared.Folder is null) return files;
        foreach (string folder in new[] { Shared.Path("models"), Shared.Path("models", "tiny"), Shared.Path("vocab") })
        {
            foreach (string file in Directory.GetFiles(folder, "*.gguf").Order(StringComparer.Ordinal)) files.Add(Path.GetRelativePath(Shared.Folder, file));
        }
        return files;
    }

    [GoldenTheory, MemberData(nameof(SharedFiles))]
    public void Every_shared_file_opens_and_its_tensors_fill_it(string file)
    {
        using ModelFile model = ModelFile.Open(Shared.Path(file));

        Assert.Equal(3, model.Version);
        Assert.Equal(new FileInfo(Shared.Path(file)).Length, model.Length);
        Assert.NotNull(model.Metadata.String("general.architecture"));
        foreach (TensorInfo tensor in model.Tensors)
        {
            Assert.Same(tensor, model.Find(tensor.Name));
            byte[] last = new byte[1];
            model.Read(tensor, tensor.ByteCount - 1, last);
        }
        if (model.Tensors.Count == 0) return;
        TensorInfo end = model.Tensors.MaxBy(tensor => tensor.Offset)!;
        Assert.Equal(model.Length, (end.Offset + end.ByteCount + 31) / 32 * 32);
    }

    [Fact]
    public void The_embedded_model_opens_from_its_stream()
    {
        Stream stream = typeof(ModelFile).Assembly.GetManifestResourceStream("grain-1m.q8_0.gguf")!;
        using ModelFile model = ModelFile.Open(stream, "embedded:grain-1m");

        Assert.Equal("embedded:grain-1m", model.Name);
        Assert.Equal("llama", model.Metadata.String("general.architecture"));
        Assert.Equal(4096, model.Metadata.Strings("tokenizer.ggml.tokens")!.Length);
        TensorInfo embedding = model.Find("token_embd.weight")!;
        Assert.Equal((TensorType.Q8_0, 128L, 4096L), (embedding.Type, embedding.Columns, embedding.Rows));
    }
}
