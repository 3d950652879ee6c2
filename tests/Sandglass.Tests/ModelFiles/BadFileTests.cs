using System.Text.RegularExpressions;
using Sandglass.ModelFiles;
using Sandglass.Transformer;
using static Sandglass.Tests.ModelFiles.TinyModel;

namespace Sandglass.Tests.ModelFiles;

/// <summary>Each way of being wrong, made by hand, gets its own code and names what was found.</summary>
public class BadFileTests
{
    private const ulong Huge = 1UL << 62;

    // a file of raw pieces: the header's counts, then whatever the case gives
    private static byte[] File(ulong tensors, ulong entries, params byte[][] pieces) =>
        [.. "GGUF"u8, .. U32(3), .. U64(tensors), .. U64(entries), .. pieces.SelectMany(piece => piece)];

    private static byte[] Fact(string key, uint kind, params byte[][] value) => [.. Text(key), .. U32(kind), .. value.SelectMany(piece => piece)];

    private static byte[] Tensor(string name, ulong[] shape, uint type, ulong offset) =>
        [.. Text(name), .. U32((uint)shape.Length), .. shape.SelectMany(U64), .. U32(type), .. U64(offset)];

    private static readonly byte[] Data = new byte[512];

    public static TheoryData<string, string, byte[]> Cases() => new()
    {
        { "gguf-truncated", "first four bytes", [] },
        { "gguf-truncated", "version", [.. "GGUF"u8, 3] },
        { "gguf-magic", "\"ggjt\"", [.. "ggjt"u8, .. U32(3)] },
        { "gguf-magic", "89504E47", [0x89, 0x50, 0x4E, 0x47, 0, 0, 0, 0] },
        { "gguf-big-endian", "0x03000000", [.. "GGUF"u8, 0, 0, 0, 3, .. new byte[32]] },
        { "gguf-version", "1", [.. "GGUF"u8, .. U32(1), .. new byte[32]] },
        { "gguf-version-newer", "4, which is newer than this program", [.. "GGUF"u8, .. U32(4), .. new byte[32]] },
        { "gguf-version", "0", [.. "GGUF"u8, .. U32(0), .. new byte[32]] },
        { "gguf-count", "tensor count", File(Huge, 0) },
        { "gguf-count", "tensor count", File(ulong.MaxValue, 0, Data) },
        { "gguf-count", "metadata count", File(0, 1000, Data) },
        { "gguf-text-length", "metadata key", File(0, 1, U64(Huge), Data) },
        { "gguf-text-length", "metadata t", File(0, 1, Fact("t", 8, U64(513)), Data) },
        { "gguf-empty-name", "metadata key", File(0, 1, Fact("", 0, [1]), Data) },
        { "gguf-empty-name", "tensor name", File(1, 0, Tensor("", [1], 0, 0), Data) },
        { "gguf-kind", "13", File(0, 1, Fact("k", 13), Data) },
        { "gguf-kind", "4294967295", File(0, 1, Fact("k", uint.MaxValue), Data) },
        { "gguf-kind", "77", File(0, 1, Fact("k", 9, U32(77), U64(1)), Data) },
        { "gguf-count", "metadata list", File(0, 1, Fact("list", 9, U32(4), U64(Huge)), Data) },
        { "gguf-count", "metadata texts", File(0, 1, Fact("texts", 9, U32(8), U64(65)), Data) },          // 65 texts take at least 520 bytes
        { "gguf-list-depth", "metadata deep", File(0, 1, Fact("deep", 9, [.. Enumerable.Repeat((byte[])[.. U32(9), .. U64(1)], 9)]), Data) },
        { "gguf-truncated", "metadata list", File(0, 1, Fact("list", 9, U32(8), U64(2), Text("ten bytes!"), U64(0)[..3])) },
        { "gguf-duplicate", "metadata same", File(0, 2, Fact("same", 0, [1]), Fact("same", 0, [2]), Data) },
        { "gguf-duplicate", "tensor same", File(2, 0, Tensor("same", [8], 0, 0), Tensor("same", [8], 0, 32), Data) },
        { "gguf-alignment", "found 0", File(0, 1, Fact("general.alignment", 4, U32(0)), Data) },
        { "gguf-alignment", "found 48", File(0, 1, Fact("general.alignment", 4, U32(48)), Data) },
        { "gguf-alignment", "found 2147483648", File(0, 1, Fact("general.alignment", 4, U32(1u << 31)), Data) },
        { "gguf-alignment", "found -8", File(0, 1, Fact("general.alignment", 5, U32(unchecked((uint)-8))), Data) },
        { "metadata-kind", "general.alignment: expected a whole number", File(0, 1, Fact("general.alignment", 8, Text("32")), Data) },
        { "metadata-kind", "general.alignment: expected a whole number", File(0, 1, Fact("general.alignment", 6, U32(0x42000000)), Data) },
        { "gguf-dimensions", "found 5", File(1, 0, Tensor("t", [1, 1, 1, 1, 1], 0, 0), Data) },
        { "gguf-dimension", "found 4294967296", File(1, 0, Tensor("t", [0, 1UL << 32, 1UL << 32], 0, 0), Data) },     // no values, and yet no such shape
        { "gguf-row-size", "found 1 values", File(1, 0, Tensor("t", [], 8, 0), Data) },
        { "gguf-dimension", "found 4294967296", File(1, 0, Tensor("t", [1UL << 32, 1UL << 32], 0, 0), Data) },
        { "gguf-dimension", "found 18446744073709551615", File(1, 0, Tensor("t", [ulong.MaxValue], 0, 0), Data) },
        { "gguf-tensor-type", "found 4", File(1, 0, Tensor("t", [32], 4, 0), Data) },
        { "gguf-tensor-type", "found 2147483648", File(1, 0, Tensor("t", [32], 1u << 31, 0), Data) },
        { "gguf-row-size", "blocks of 32", File(1, 0, Tensor("t", [33, 2], 8, 0), Data) },
        { "gguf-offset-unaligned", "found 16", File(1, 0, Tensor("t", [8], 0, 16), Data) },
        { "gguf-offset-past-end", "tensor t, offset", File(1, 0, Tensor("t", [8], 0, 4611686018427387904), Data) },
        { "gguf-offset-past-end", "tensor t, offset", File(1, 0, Tensor("t", [8], 0, ulong.MaxValue - 31), Data) },
        { "gguf-offset-past-end", "tensor t, offset", File(1, 0, Tensor("t", [long.MaxValue], 0, 0), Data) },
        { "gguf-offset-past-end", "tensor t, offset", File(1, 0, Tensor("t", [8], 0, 0)) },
        { "gguf-overlap", "inside tensor a", File(2, 0, Tensor("b", [8], 0, 32), Tensor("a", [16], 0, 0), Data) },
        { "gguf-overlap", "inside tensor", File(2, 0, Tensor("a", [8], 0, 0), Tensor("b", [8], 0, 0), Data) },
        { "split-count", "split.count", File(0, 1, Fact("split.count", 4, U32(65536)), Data) },
        { "split-number", "split.no", File(0, 2, Fact("split.count", 2, [2, 0]), Fact("split.no", 2, [2, 0]), Data) },
        { "split-name", "ends with -00001-of-00002.gguf", File(0, 1, Fact("split.count", 2, [2, 0]), Data) },
    };

    [Theory, MemberData(nameof(Cases))]
    public void It_is_refused_with_its_code_and_its_facts(string code, string says, byte[] bytes)
    {
        ModelFileException error = Assert.Throws<ModelFileException>(() => ModelFile.Open(new MemoryStream(bytes), "bad.gguf"));

        Assert.Equal(code, error.Code);
        Assert.Equal("bad.gguf", error.File);
        Assert.Contains(says, error.Message);
    }

    public static TheoryData<string, string, object?> WrongNumbers() => new()
    {
        { "hyperparameter-missing", "general.architecture", null },
        { "hyperparameter-missing", "llama.block_count", null },
        { "hyperparameter-missing", "llama.embedding_length", null },
        { "hyperparameter-missing", "llama.context_length", null },
        { "hyperparameter-missing", "llama.attention.head_count", null },
        { "hyperparameter-absurd", "general.architecture", new string('x', 65) },
        { "hyperparameter-absurd", "llama.context_length", 0u },
        { "hyperparameter-absurd", "llama.block_count", 0u },
        { "hyperparameter-absurd", "llama.block_count", 513u },
        { "hyperparameter-absurd", "llama.block_count", 15u },                            // the file has 14 tensors
        { "hyperparameter-absurd", "llama.embedding_length", uint.MaxValue },
        { "hyperparameter-absurd", "llama.attention.head_count", 0u },
        { "hyperparameter-absurd", "llama.attention.head_count", 66u },                   // more heads than values
        { "hyperparameter-absurd", "llama.attention.head_count", new[] { 4, 4, 4 } },     // three values for two layers
        { "hyperparameter-absurd", "llama.attention.head_count", new[] { 4, -4 } },
        { "hyperparameter-absurd", "llama.attention.head_count_kv", 3u },
        { "hyperparameter-absurd", "llama.attention.head_count_kv", 0u },
        { "hyperparameter-absurd", "llama.attention.key_length", 0u },
        { "hyperparameter-absurd", "llama.attention.layer_norm_rms_epsilon", float.NaN },
        { "hyperparameter-absurd", "llama.attention.layer_norm_rms_epsilon", float.PositiveInfinity },
        { "hyperparameter-absurd", "llama.attention.layer_norm_rms_epsilon", -1e-5f },
        { "hyperparameter-absurd", "llama.attention.layer_norm_rms_epsilon", 0f },        // it is there, and it is 0: that is what is wrong
        { "hyperparameter-absurd", "llama.feed_forward_length", 0u },
        { "hyperparameter-absurd", "llama.feed_forward_length", new[] { 96, 0 } },
        { "hyperparameter-absurd", "llama.rope.freq_base", 0f },
        { "hyperparameter-absurd", "llama.rope.freq_base", float.NaN },
        { "hyperparameter-absurd", "llama.rope.dimension_count", 17u },
        { "hyperparameter-absurd", "llama.rope.scaling.type", "cubic" },
        { "hyperparameter-absurd", "llama.rope.scaling.factor", float.NegativeInfinity },
        { "hyperparameter-absurd", "llama.expert_count", 5000u },
        { "hyperparameter-absurd", "llama.expert_used_count", 3u },
        { "metadata-kind", "llama.block_count", "two" },
        { "metadata-kind", "llama.block_count", ulong.MaxValue },
        { "metadata-kind", "llama.rope.freq_base", new[] { 1f } },
        { "metadata-kind", "general.architecture", 1u },
        // read, but no llama that could run
        { "hyperparameter-missing", "llama.feed_forward_length", null },
        { "hyperparameter-missing", "llama.attention.layer_norm_rms_epsilon", null },
        { "hyperparameter-absurd", "llama.rope.dimension_count", 8u },
        { "hyperparameter-absurd", "llama.rope.scaling.type", "longrope" },
        { "hyperparameter-absurd", "llama.attention.key_length", 1u << 24 },   // products of such numbers must not wrap around
        { "hyperparameter-absurd", "llama.attention.value_length", 1u << 24 },
        { "hyperparameter-absurd", "llama.feed_forward_length", new[] { 64, 96 } },
    };

    [Theory, MemberData(nameof(WrongNumbers))]
    public void A_shape_that_no_model_has_is_refused(string code, string key, object? value)
    {
        using ModelFile model = ModelFile.Open(new MemoryStream(Bytes()), "bad.gguf");
        Dictionary<string, object> entries = new(model.Metadata.Values);
        entries.Remove(key);
        if (value is not null) entries[key] = value;
        Metadata changed = new("bad.gguf", entries);

        ModelFileException error = Assert.Throws<ModelFileException>(() => Architectures.For(Hyperparameters.Read(changed, model.Tensors.Count), changed));
        Assert.Equal((code, $"metadata {key}"), (error.Code, error.Field));
    }

    [Fact]
    public void What_is_no_file_is_refused()
    {
        string Code(string path) => Assert.Throws<ModelFileException>(() => ModelFile.Open(path)).Code;
        Assert.Equal("file-missing", Code("no such file.gguf"));
        Assert.Equal("file-missing", Code(""));
        Assert.Equal("file-missing", Code("a\0b"));
        foreach (string lone in new[] { "\uD800", "a\uD800b", "\uDC00\uD800", "ok \uD83E\uDD99 \uDC00" })
            Assert.Equal("file-unreadable", Code(lone));       // each would lead to another file
        Assert.Equal("file-missing", Code("\uD83E\uDD99"));
        Assert.Equal("file-is-directory", Code(Path.GetTempPath()));
    }

    [Theory]
    [InlineData(0u, 1L << 30)]
    [InlineData(1u, 1L << 30)]
    [InlineData(2u, 1L << 30)]
    [InlineData(3u, 1L << 30)]
    [InlineData(4u, 1L << 29)]
    [InlineData(5u, 1L << 29)]
    [InlineData(6u, 1L << 29)]
    [InlineData(7u, 1L << 31)]
    [InlineData(8u, 1L << 28)]
    [InlineData(9u, 1L << 28)]
    [InlineData(10u, 1L << 28)]
    [InlineData(11u, 1L << 28)]
    [InlineData(12u, 1L << 28)]
    public void A_list_longer_than_an_array_can_be_is_refused_at_once(uint type, long count)
    {
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream sparse = new(path, FileMode.Create))
            {
                sparse.Write(File(0, 1, Fact("list", 9, U32(type), U64((ulong)count))));
                sparse.SetLength(5L << 30);       // takes no room on the disk
            }
            long before = GC.GetAllocatedBytesForCurrentThread();
            ModelFileException error = Assert.Throws<ModelFileException>(() => ModelFile.Open(path));
            Assert.Equal(("gguf-header-size", "metadata list"), (error.Code, error.Field));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }

    [Fact]
    public void Many_lists_and_a_text_cannot_exceed_together_what_a_header_may_have()
    {
        string path = Path.GetTempFileName();
        try
        {
            foreach (byte[] second in new[] { Fact("b", 9, U32(0), U64(400 << 20)), Fact("b", 8, U64(400 << 20)) })
            {
                using (FileStream sparse = new(path, FileMode.Create))
                {
                    sparse.Write(File(0, 2, Fact("a", 9, U32(0), U64(200 << 20))));
                    sparse.Position += 200 << 20;
                    sparse.Write(second);
                    sparse.SetLength(1L << 30);
                }
                ModelFileException error = Assert.Throws<ModelFileException>(() => ModelFile.Open(path));
                Assert.Equal(("gguf-header-size", "metadata b"), (error.Code, error.Field));
            }
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }

    [Fact]
    public void Tensors_without_values_and_tensors_without_dimensions_are_read()
    {
        byte[] bytes = File(6, 0,
            Tensor("none", [0], 0, 0), Tensor("one", [], 0, 0), Tensor("no rows", [32, 0], 8, 32), Tensor("no columns", [0, 7], 2, 32),
            Tensor("some", [8], 0, 32), Tensor("at the end", [4, 0, 2, 3], 0, 4096), Data);

        using ModelFile model = ModelFile.Open(new MemoryStream(bytes), "zero");

        Assert.Equal([0L, 1L, 0L, 0L, 8L, 0L], model.Tensors.Select(tensor => tensor.Count));
        Assert.Equal([0L, 4L, 0L, 0L, 32L, 0L], model.Tensors.Select(tensor => tensor.ByteCount));
        Assert.Equal([(0L, 1L), (1L, 1L), (32L, 0L), (0L, 7L), (8L, 1L), (4L, 0L)], model.Tensors.Select(tensor => (tensor.Columns, tensor.Rows)));
        Assert.All(model.Tensors, tensor => Assert.InRange(tensor.Offset, 0, bytes.Length));
        foreach (TensorInfo tensor in model.Tensors) model.ReadFinite(tensor, 0, new byte[tensor.ByteCount]);
    }

    [Fact]
    public void A_file_that_ends_with_its_header_holds_tensors_without_values()
    {
        using ModelFile model = ModelFile.Open(new MemoryStream(File(1, 0, Tensor("none", [0, 5], 0, 0))), "short");
        Assert.Equal(0, Assert.Single(model.Tensors).ByteCount);
    }

    [Theory]
    [InlineData(0u, 1)]
    [InlineData(3u, 2)]
    [InlineData(5u, 4)]
    [InlineData(10u, 8)]
    [InlineData(11u, 8)]
    public void An_alignment_of_any_whole_kind_is_taken(uint type, int bytes)
    {
        using ModelFile model =
            ModelFile.Open(new MemoryStream(File(1, 1, Fact("general.alignment", type, U64(64)[..bytes]), Tensor("t", [4], 0, 64), Data)), "aligned");
        Assert.Equal(0, model.Tensors[0].Offset % 64);
    }

    [Fact]
    public void What_is_no_file_never_holds_up_its_reader()
    {
        if (!OperatingSystem.IsLinux()) return;
        string pipe = Path.Combine(Path.GetTempPath(), $"sandglass-pipe-{Guid.NewGuid():N}");
        System.Diagnostics.Process.Start("mkfifo", pipe).WaitForExit();
        using System.Net.Sockets.Socket socket = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(pipe + "s"));
        try
        {
            foreach ((string path, string found) in new[] { (pipe, "a named pipe"), (pipe + "s", "a socket"), ("/dev/null", "a device"),
                ("/dev/zero", "a device") })
            {
                ModelFileException error = Assert.Throws<ModelFileException>(() => ModelFile.Open(path));
                Assert.Equal(("file-unreadable", found), (error.Code, error.Found));
            }
        }
        finally
        {
            System.IO.File.Delete(pipe);
            System.IO.File.Delete(pipe + "s");
        }
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_open_is_refused_when_it_is_read()
    {
        MemoryStream stream = new();
        stream.Write(Bytes());
        using ModelFile model = ModelFile.Open(stream, "shrinking");
        stream.SetLength(stream.Length / 2);

        Assert.Equal("file-shrunk", Assert.Throws<ModelFileException>(() => model.Read(model.Tensors[^1], 0, new byte[100])).Code);
    }

    [Fact]
    public void A_stream_that_cannot_seek_is_refused()
    {
        using System.IO.Compression.GZipStream stream = new(new MemoryStream(Bytes()), System.IO.Compression.CompressionMode.Decompress);
        Assert.Equal("file-unreadable", Assert.Throws<ModelFileException>(() => ModelFile.Open(stream, "pipe")).Code);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_no_crash()
    {
        using ModelFile model = ModelFile.Open(new MemoryStream(Bytes()), "odd");
        Assert.Equal("\uFFFDa\uFFFD", model.Metadata.String("odd.text"));
        Assert.Equal(["a\0b", "\uFFFD"], model.Metadata.Strings("odd.texts")!);
        Assert.Equal([false, true, true], (bool[])model.Metadata.Values["odd.flags"]);
    }

    [Fact]
    public void Every_code_has_its_line_in_the_documentation()
    {
        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(root.FullName, "Sandglass.slnx"))) root = root.Parent!;
        string documentation = System.IO.File.ReadAllText(Path.Combine(root.FullName, "docs", "errors.md"));
        string sources =
            string.Concat(Directory.GetFiles(Path.Combine(root.FullName, "src", "Sandglass", "ModelFiles"), "*.cs",
                SearchOption.AllDirectories).Select(System.IO.File.ReadAllText));
        string[] codes =
            [.. Regex.Matches(sources, "(?:Throw|ModelFileException|\\bnew)\\(\"([a-z0-9-]+)\"").Select(match => match.Groups[1].Value).Distinct()];

        Assert.True(codes.Length > 30);
        Assert.All(codes, code => Assert.Contains($"| `{code}` |", documentation));
    }
}
