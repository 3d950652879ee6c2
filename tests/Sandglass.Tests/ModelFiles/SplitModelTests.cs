using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Tests.ModelFiles;

public sealed class SplitModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-split-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Part(int number, int of = 3, string prefix = "model") => Path.Combine(_folder, $"{prefix}-{number:D5}-of-{of:D5}.gguf");

    private void Write(string path, int number, int count, int? tensors, params string[] names)
    {
        ModelFileWriter writer = number == 0 ? TinyModel.Entries() : new();
        writer.Add("split.no", (ushort)number);
        writer.Add("split.count", (ushort)count);
        if (tensors is not null) writer.Add("split.tensors.count", tensors.Value);
        foreach (string name in names) writer.Add(name, TensorType.F32, [8, 8], Enumerable.Repeat((byte)(number + 1), 256).ToArray());
        File.WriteAllBytes(path, writer.ToArray());
    }

    private void WriteAll()
    {
        Write(Part(1), 0, 3, 4, "a", "b");
        Write(Part(2), 1, 3, 4, "c");
        Write(Part(3), 2, 3, 4, "d");
    }

    private string Code(string path) => Assert.Throws<ModelFileException>(() => ModelFile.Open(path)).Code;

    [Fact]
    public void The_first_part_opens_all()
    {
        WriteAll();
        using ModelFile model = ModelFile.Open(Part(1));

        Assert.Equal(["a", "b", "c", "d"], model.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([0, 0, 1, 2], model.Tensors.Select(tensor => tensor.Part));
        Assert.Equal(Directory.GetFiles(_folder).Sum(file => new FileInfo(file).Length), model.Length);
        Assert.Equal("llama", model.Metadata.String("general.architecture"));
        byte[] values = new byte[256];
        model.Read(model.Find("d")!, 0, values);
        Assert.All(values, value => Assert.Equal(3, value));
    }

    [Fact]
    public void A_later_part_says_which_is_the_first()
    {
        WriteAll();
        ModelFileException error = Assert.Throws<ModelFileException>(() => ModelFile.Open(Part(2)));

        Assert.Equal("split-later-part", error.Code);
        Assert.Contains("model-00001-of-00003.gguf", error.Expected);
    }

    [Fact]
    public void A_missing_part_is_named()
    {
        WriteAll();
        File.Delete(Part(3));
        ModelFileException error = Assert.Throws<ModelFileException>(() => ModelFile.Open(Part(1)));
        Assert.Equal(("split-part-missing", Part(3)), (error.Code, error.File));
    }

    [Fact]
    public void Parts_that_do_not_belong_together_are_refused()
    {
        WriteAll();
        File.Copy(Part(1), Path.Combine(_folder, "renamed.gguf"));
        Assert.Equal("split-name", Code(Path.Combine(_folder, "renamed.gguf")));

        Write(Part(3), 1, 3, 4, "d");                // the number of another part
        Assert.Equal("split-number", Code(Part(1)));
        Write(Part(3), 2, 4, 4, "d");                // of another model
        Assert.Equal("split-number", Code(Part(1)));
        Write(Part(3), 2, 3, 4, "d", "e");           // a tensor too many
        Assert.Equal("split-tensors", Code(Part(1)));
        Write(Part(3), 2, 3, 4, "a");                // a tensor of the first part
        Assert.Equal("gguf-duplicate", Code(Part(1)));
    }

    [Fact]
    public void A_split_model_becomes_one_file()
    {
        WriteAll();
        string path = Path.Combine(_folder, "whole.gguf");
        using (ModelFile model = ModelFile.Open(Part(1)))
        {
            ModelQuantizer.Quantize(model, path, TensorType.F16);
            Assert.Equal("quantize-onto-input", Assert.Throws<ModelFileException>(() => ModelQuantizer.Quantize(model, Part(2), TensorType.F16)).Code);
        }
        using ModelFile whole = ModelFile.Open(path);
        Assert.Equal(4, whole.Tensors.Count);
        Assert.DoesNotContain(whole.Metadata.Values.Keys, key => key.StartsWith("split."));
    }
}
