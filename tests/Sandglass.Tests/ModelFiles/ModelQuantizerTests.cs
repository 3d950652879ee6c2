using System.Security.Cryptography;
using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Tests.ModelFiles;

/// <summary>The hashes are of files that <c>llama-quantize --allow-requantize --pure</c> wrote (llama.cpp 3f545becc) from the same inputs.</summary>
public sealed class ModelQuantizerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-quantize-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Out(string name = "out.gguf") => Path.Combine(_folder, name);

    [Theory]
    [InlineData(TensorType.Q8_0, "ce446fa637f4b038c4908757d8c0be13cb7b5ae780d1ab29f02ff9be1c9df8d7")]
    [InlineData(TensorType.Q4_0, "41f5616ad4523afe0be6131d2000302bead1a1dfd9588f1c5a0698d42071e131")]
    [InlineData(TensorType.Q4_1, "03fece8f879121c279b2b7fe5049d0b9ae7f57a99b4d8348d2b76ea0621b73c8")]
    [InlineData(TensorType.F16, "ca37fe476f6c2c704e92fa9a20fbfebf5c341286b29aa7a4da70427782122f4d")]
    [InlineData(TensorType.BF16, "99aeacf76afb07b40aac34232bee476a02665fa0fbf9dc90e9415ba682a72295")]
    [InlineData(TensorType.F32, "58ea9e049bc347c06af363f398c4eb472c4c4c56ca14a3856173ce614d7dedd9")]
    public void A_model_of_corner_cases_becomes_llama_quantizes_bytes(TensorType type, string sha256)
    {
        using ModelFile model = ModelFile.Open(new MemoryStream(TinyModel.Bytes()), "tiny");
        Assert.Equal(sha256, Quantized(model, type));
    }

    [Theory]
    [InlineData(TensorType.Q8_0, "9028042d2b226b6c82456da5ef13f9b7443f62010bd256102286aa7cb1a1474e")]
    [InlineData(TensorType.Q4_0, "e65419dbbd9da71161c780dea61730ad36e126164643b58420d3c7572ded3bd9")]
    [InlineData(TensorType.Q4_1, "42da50405711ce16a7cfbfc10fdd20bfdea0fbb26788b49766a5a994e642230a")]
    [InlineData(TensorType.BF16, "7d455ce246f40f33c8184e328ab4869c7d899c48a52e62acc44633dfa85113eb")]
    public void The_embedded_model_requantised_is_llama_quantizes_bytes(TensorType type, string sha256)
    {
        using ModelFile model = ModelFile.Open(typeof(ModelFile).Assembly.GetManifestResourceStream("grain-1m.q8_0.gguf")!, "embedded");
        Assert.Equal(sha256, Quantized(model, type));
    }

    [GoldenTheory]
    [InlineData("tiny/types-f32", TensorType.Q8_0, "cb72c796173d87aa8cf85773c893123ff245066382369228862167bd79e404ef")]
    [InlineData("tiny/types-f32", TensorType.Q4_0, "c587e3caf7efc66968b7b09413407b8af2d6462e582d6c429310ff4673280f97")]
    [InlineData("tiny/types-f32", TensorType.Q4_1, "bbb47669d7a68e7d9a285e77ce39e555925998c9c4c1a33cadc9f99069025c82")]
    [InlineData("tiny/types-f32", TensorType.F16, "9850488bb81f7d8dbed8060a38c5194596604e0c939fc9ae1023bde973fdf3c4")]
    [InlineData("tiny/types-f32", TensorType.BF16, "1e38ff534c6891627ea885edc5e839ecf2bb96a12dd04024dbc2944b1b828c2b")]
    [InlineData("tiny/types-f32", TensorType.F32, "95426350341cf85bec9d7f57e5ba1a8e685edef02e3a0eef38766dc4f089898a")]
    [InlineData("tiny/types-f16", TensorType.Q4_0, "0cfd64be912ae3eb70e3b24207302eedeb903d807d46232195a389b19c79d0b4")]
    [InlineData("tiny/types-bf16", TensorType.Q4_1, "cf8ca0904d5492694f596b54d67a6ff0d57a8b362b555933cbc0ed8c5658b07c")]
    [InlineData("tiny/types-q8_0", TensorType.F32, "7ca14ecffa57c4b54cb62eb1365988f2833ac1acbba39b273b43cc8380180fbc")]
    [InlineData("tiny/types-q4_1", TensorType.F32, "6390083457e408195c36a84f41c78a955cf4d0f55fbcdccd2e982f9736bc622c")]
    [InlineData("tiny/types-q5_0", TensorType.F32, "88b8a83e4c5f2c52c09e6657de8bf5fb2a9b3b8e11f0823c7b20be2691274b9f")]
    [InlineData("tiny/types-q5_1", TensorType.F32, "e228a32bef74216a8e8fb636ea607abd21cbfde915bbe76c3cd5da801c2e2731")]
    [InlineData("tiny/types-q2_k", TensorType.F32, "549bce1dd98f16885351586fa2386d01a4dd8b3e18ab5576539fd84d7267fd9f")]
    [InlineData("tiny/types-q3_k", TensorType.F32, "b27efea4e112031be04ae917273e00402cc3ec22188f4b433fa1f45be64a4308")]
    [InlineData("tiny/types-q4_k", TensorType.F32, "c8149bb068e848f8dad1ef3afe6e653e2d70153e232313ef01d5d158e938fca4")]
    [InlineData("tiny/types-q5_k", TensorType.F32, "dc3c060b7c8438148372cbbce32a2f08ea7e2b5e666fa13212b4966c9798cf5c")]
    [InlineData("tiny/types-q6_k", TensorType.F32, "dc96643b321a09ff685e65302e28551dba7930de1970703034ddaf8ffbda9631")]
    [InlineData("tiny/mixtral", TensorType.Q8_0, "ac64a6e3685787a242fe7733f5ded84993d807b55811cdad362b4ed001e26da4")]
    [InlineData("tiny/gpt2", TensorType.Q4_0, "c4d58c1c67cbc6ed343b72dddfe3f232f55714caa35f12b59cb8464e28ecd66b")]
    [InlineData("tiny/gpt-oss", TensorType.Q4_1, "3c48a9fe42c9ce8fc4995ab6cf9487254397db835cac193f7f9e9c5e014bafb4")]
    [InlineData("stories260K", TensorType.F16, "d1065da8b36d2577fc2bac451b26fc368f52930b5de585b0d97e0fe329f1c82f")]
    [InlineData("stories260K", TensorType.BF16, "7a2d2ae0964fcac5dc09a0051c6aab3742b1525ef2a18a9e234eba9964b79ca2")]
    [InlineData("grain-6m.q4_k_m", TensorType.Q4_1, "10290eec0000f0a557dc3ad36d9f22ba6c8d2d0e0767b33c5a120e7337ad8aeb")]
    [InlineData("SmolLM2-135M-Instruct.Q4_1", TensorType.Q4_0, "44d47bc5c4007b777d45d3174c0eb219e4611b8c743faf9f972d864257d16e79")]
    public void A_shared_model_becomes_llama_quantizes_bytes(string file, TensorType type, string sha256)
    {
        using ModelFile model = ModelFile.Open(Shared.Path("models", file + ".gguf"));
        Assert.Equal(sha256, Quantized(model, type));
    }

    [Fact]
    public void A_link_is_written_through_and_a_device_is_left_alone()
    {
        if (OperatingSystem.IsWindows()) return; // links need rights there
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sandglass-links-");
        try
        {
            string real = Path.Combine(folder.FullName, "real.gguf"), link = Path.Combine(folder.FullName, "link.gguf"),
                other = Path.Combine(folder.FullName, "other.gguf");
            File.WriteAllBytes(real, TinyModel.Bytes());
            File.CreateSymbolicLink(link, "real.gguf");
            using (ModelFile input = ModelFile.Open(real))
            {
                Assert.Equal("quantize-onto-input", Assert.Throws<ModelFileException>(() => ModelQuantizer.Quantize(input, link, TensorType.Q8_0)).Code);
                Assert.Equal("write-failed", Assert.Throws<ModelFileException>(() => ModelQuantizer.Quantize(input, "/dev/null", TensorType.Q8_0)).Code);
                File.CreateSymbolicLink(other, "target.gguf");
                ModelQuantizer.Quantize(input, other, TensorType.Q8_0);
            }
            Assert.NotNull(File.ResolveLinkTarget(other, returnFinalTarget: false)); // still a link
            using ModelFile written = ModelFile.Open(Path.Combine(folder.FullName, "target.gguf"));
            Assert.NotEmpty(written.Tensors);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Rows_that_no_block_divides_become_F16_and_are_listed()
    {
        ModelFileWriter writer = TinyModel.Entries();
        uint seed = 1;
        TinyModel.Add(writer, "blk.1.odd.weight", [40, 3], TinyModel.Values(120, ref seed));
        TinyModel.Add(writer, "blk.0.even.weight", [64, 3], TinyModel.Values(192, ref seed));
        using ModelFile model = ModelFile.Open(new MemoryStream(writer.ToArray()), "odd");

        QuantizeReport report = ModelQuantizer.Quantize(model, Out(), TensorType.Q8_0);

        Assert.Equal(["blk.1.odd.weight"], report.InF16);
        Assert.Equal((2, 0, 312 * 4L, 120 * 2 + 192 / 32 * 34L), (report.Converted, report.Kept, report.BytesBefore, report.BytesAfter));
        using ModelFile result = ModelFile.Open(Out());
        Assert.Equal(TensorType.F16, result.Find("blk.1.odd.weight")!.Type);
        Assert.Equal(TensorType.Q8_0, result.Find("blk.0.even.weight")!.Type);
    }

    [Fact]
    public void Another_alignment_is_kept()
    {
        ModelFileWriter writer = TinyModel.Entries();
        uint seed = 1;
        writer.Add("general.alignment", 64u);
        TinyModel.Add(writer, "a.weight", [32, 3], TinyModel.Values(96, ref seed));
        TinyModel.Add(writer, "b.weight", [32, 3], TinyModel.Values(96, ref seed));
        using ModelFile model = ModelFile.Open(new MemoryStream(writer.ToArray()), "aligned");
        ModelQuantizer.Quantize(model, Out(), TensorType.Q8_0);

        using ModelFile result = ModelFile.Open(Out());
        Assert.All(result.Tensors, tensor => Assert.Equal(0, tensor.Offset % 64));
        Assert.Equal(128, result.Tensors[1].Offset - result.Tensors[0].Offset);
    }

    [Fact]
    public void The_input_is_never_overwritten_not_even_through_a_link()
    {
        File.WriteAllBytes(Out("in.gguf"), TinyModel.Bytes());
        File.CreateSymbolicLink(Out("link.gguf"), Out("in.gguf"));
        using ModelFile model = ModelFile.Open(Out("in.gguf"));

        foreach (string path in new[] { Out("in.gguf"), Path.Combine(_folder, "..", Path.GetFileName(_folder), "in.gguf"), Out("link.gguf") })
            Assert.Equal("quantize-onto-input", Assert.Throws<ModelFileException>(() => ModelQuantizer.Quantize(model, path, TensorType.Q8_0)).Code);
        Assert.Equal(TinyModel.Bytes(), File.ReadAllBytes(Out("in.gguf")));
    }

    [Fact]
    public void After_an_error_nothing_is_left_and_an_older_file_stays()
    {
        ModelFileWriter writer = TinyModel.Entries();
        TinyModel.Add(writer, "a.weight", [32, 2], [.. Enumerable.Repeat(1f, 40), float.NaN, .. Enumerable.Repeat(1f, 23)]);
        using ModelFile model = ModelFile.Open(new MemoryStream(writer.ToArray()), "nan");
        File.WriteAllText(Out(), "older");

        ModelFileException error = Assert.Throws<ModelFileException>(() => ModelQuantizer.Quantize(model, Out(), TensorType.Q8_0));

        Assert.Equal(("tensor-not-finite", "tensor a.weight, row 1, columns from 8"), (error.Code, error.Field));
        Assert.Equal("older", File.ReadAllText(Out()));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_number_that_half_precision_cannot_hold_is_refused()
    {
        ModelFileWriter writer = TinyModel.Entries();
        TinyModel.Add(writer, "a.weight", [32, 2], [.. Enumerable.Repeat(1e6f, 64)]);
        using ModelFile model = ModelFile.Open(new MemoryStream(writer.ToArray()), "large");

        ModelFileException error = Assert.Throws<ModelFileException>(() => ModelQuantizer.Quantize(model, Out(), TensorType.F16));
        Assert.Equal(("quantize-range", "tensor a.weight, row 0, columns from 0", "numbers that F16 can hold", "1000000"),
            (error.Code, error.Field, error.Expected, error.Found));
        ModelQuantizer.Quantize(model, Out(), TensorType.BF16);
    }

    [Theory]
    [InlineData(TensorType.F16, 70000f)]
    [InlineData(TensorType.Q8_0, 65504f * 128)]
    [InlineData(TensorType.Q4_0, -65504f * 9)]
    [InlineData(TensorType.Q4_1, 65504f * 16)]
    [InlineData(TensorType.BF16, float.MaxValue)]
    public void What_a_type_cannot_hold_is_told_from_what_is_damaged(TensorType type, float large)
    {
        float[] values = new float[96];
        values[70] = large;
        ModelFileWriter writer = TinyModel.Entries();
        TinyModel.Add(writer, "a.weight", [32, 3], values);
        using ModelFile model = ModelFile.Open(new MemoryStream(writer.ToArray()), "large");

        ModelFileException error = Assert.Throws<ModelFileException>(() => ModelQuantizer.Quantize(model, Out(), type));

        Assert.Equal("quantize-range", error.Code);
        Assert.StartsWith("tensor a.weight, row 2, ", error.Field);
        Assert.Equal(large, float.Parse(error.Found, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Tensors_without_values_and_without_dimensions_are_copied()
    {
        ModelFileWriter writer = TinyModel.Entries();
        writer.Add("empty.weight", TensorType.F32, [32, 0], new byte[0]);
        writer.Add("none", TensorType.F16, [0], new byte[0]);
        writer.Add("scale.weight", TensorType.F32, [], BitConverter.GetBytes(3f));
        TinyModel.Add(writer, "z.weight", [32, 2], [.. Enumerable.Repeat(1f, 64)]);
        using ModelFile model = ModelFile.Open(new MemoryStream(writer.ToArray()), "zero");

        ModelQuantizer.Quantize(model, Out(), TensorType.Q8_0);

        using ModelFile made = ModelFile.Open(Out());
        Assert.Equal(["empty.weight", "none", "scale.weight", "z.weight"], made.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(["F32 32 0", "F16 0", "F32", "Q8_0 32 2"],
            made.Tensors.Select(tensor => string.Join(' ', [tensor.Type.ToString(), .. tensor.Shape.Select(dimension => $"{dimension}")])));
        byte[] scale = new byte[4];
        made.Read(made.Tensors[2], 0, scale);
        Assert.Equal(3f, BitConverter.ToSingle(scale));
    }

    [Fact]
    public void A_pipe_or_a_socket_is_never_replaced()
    {
        if (!OperatingSystem.IsLinux()) return;
        System.Diagnostics.Process.Start("mkfifo", Out("pipe")).WaitForExit();
        File.CreateSymbolicLink(Out("link"), Out("pipe"));
        using ModelFile model = ModelFile.Open(new MemoryStream(TinyModel.Bytes()), "tiny");

        foreach (string path in new[] { Out("pipe"), Out("link"), "/dev/null" })
            Assert.Equal("write-failed", Assert.Throws<ModelFileException>(() => ModelQuantizer.Quantize(model, path, TensorType.Q8_0)).Code);
        Assert.Equal("a named pipe", FileKind.Special(Out("pipe")));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder).Length);
    }

    [Fact]
    public void A_name_may_be_as_long_as_names_can_be()
    {
        using ModelFile model = ModelFile.Open(new MemoryStream(TinyModel.Bytes()), "tiny");
        string longest = Out(new string('n', 250) + ".gguf");

        ModelQuantizer.Quantize(model, longest, TensorType.Q8_0);

        Assert.Equal([longest], Directory.GetFiles(_folder));
        string seen = "";
        Progress never = new(() => seen = "written");
        foreach (string path in new[] { Out(new string('é', 128)), Out("half \uD800 pair.gguf") })
            Assert.Equal("write-failed", Assert.Throws<ModelFileException>(() => ModelQuantizer.Quantize(model, path, TensorType.Q8_0, never)).Code);
        Assert.Equal("", seen);     // before the work, not after it
    }

    [Fact]
    public void Wrong_wishes_are_refused_by_name()
    {
        ModelFileWriter writer = TinyModel.Entries();
        writer.Add("codebook.weight", TensorType.IQ2_S, [256, 2], new byte[2 * 82]);
        using ModelFile model = ModelFile.Open(new MemoryStream(writer.ToArray()), "iq");

        string Code(string path, TensorType type) => Assert.Throws<ModelFileException>(() => ModelQuantizer.Quantize(model, path, type)).Code;
        Assert.Equal("quantize-type", Code(Out(), TensorType.Q4_K));
        Assert.Equal("quantize-input-type", Code(Out(), TensorType.Q8_0));
        using ModelFile tiny = ModelFile.Open(new MemoryStream(TinyModel.Bytes()), "tiny");
        foreach (string path in new[] { _folder, Path.Combine(_folder, "no", "such", "folder.gguf"), "" })
            Assert.Equal("write-failed", Assert.Throws<ModelFileException>(() => ModelQuantizer.Quantize(tiny, path, TensorType.Q8_0)).Code);
    }

    [Fact]
    public void Cancelling_leaves_nothing()
    {
        using ModelFile model = ModelFile.Open(new MemoryStream(TinyModel.Bytes()), "tiny");
        using CancellationTokenSource source = new();
        Progress seen = new(() => source.Cancel());

        Assert.Throws<OperationCanceledException>(() => ModelQuantizer.Quantize(model, Out(), TensorType.Q8_0, seen, source.Token));
        Assert.Equal(1, seen.Last.Done);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    private string Quantized(ModelFile model, TensorType type)
    {
        ModelQuantizer.Quantize(model, Out(), type);
        using FileStream written = File.OpenRead(Out());
        return Convert.ToHexStringLower(SHA256.HashData(written));
    }

    private sealed class Progress(Action then) : IProgress<QuantizeProgress>
    {
        public QuantizeProgress Last { get; private set; }

        public void Report(QuantizeProgress value)
        {
            Last = value;
            then();
        }
    }
}
