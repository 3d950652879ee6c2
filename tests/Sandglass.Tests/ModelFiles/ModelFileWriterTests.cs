using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Tests.ModelFiles;

public class ModelFileWriterTests
{
    internal static readonly (string Key, object Value)[] EveryKind =
    [
        ("u8", byte.MaxValue), ("i8", sbyte.MinValue), ("u16", ushort.MaxValue), ("i16", short.MinValue), ("u32", uint.MaxValue), ("i32", int.MinValue),
        ("u64", ulong.MaxValue), ("i64", long.MinValue), ("f32", 1.5f), ("f64", -1e300), ("true", true), ("false", false), ("text", "ü😀"), ("empty", ""),
        ("u8s", new byte[] { 1, 255 }), ("i8s", new sbyte[] { -1, 1 }), ("u16s", new ushort[] { 1, 65535 }), ("i16s", new short[] { -2, 2 }),
        ("u32s", new uint[] { 3, uint.MaxValue }), ("i32s", new[] { -3, 3 }), ("u64s", new ulong[] { 4, ulong.MaxValue }), ("i64s", new long[] { -4, 4 }),
        ("f32s", new[] { 0.5f, float.NegativeInfinity }), ("f64s", new[] { 0.25, double.MaxValue }), ("flags", new[] { true, false, true }),
        ("texts", new[] { "a", "", "é" }), ("none", Array.Empty<string>()), ("no numbers", Array.Empty<int>()),
        ("lists", new object[] { new[] { 1, 2 }, new[] { "x" }, new object[] { new[] { 1f } } }),
    ];

    [Fact]
    public void Every_kind_of_fact_comes_back_as_it_was_in_order()
    {
        ModelFileWriter writer = new();
        foreach ((string key, object value) in EveryKind) writer.Add(key, value);
        using ModelFile model = ModelFile.Open(new MemoryStream(writer.ToArray()), "kinds");

        Assert.Equal(EveryKind.Select(entry => entry.Key), model.Metadata.Values.Keys);
        foreach ((string key, object value) in EveryKind)
        {
            Assert.Equal(value.GetType(), model.Metadata.Values[key].GetType());
            Assert.Equal(value, model.Metadata.Values[key]);
        }
        Assert.Empty(model.Tensors);
    }

    [Fact]
    public void Getters_widen_and_refuse_by_name()
    {
        ModelFileWriter writer = new();
        foreach ((string key, object value) in EveryKind) writer.Add(key, value);
        using ModelFile model = ModelFile.Open(new MemoryStream(writer.ToArray()), "kinds");
        Metadata metadata = model.Metadata;

        Assert.Equal((255L, -128L, uint.MaxValue, long.MinValue),
            (metadata.Integer("u8"), metadata.Integer("i8"), metadata.Integer("u32"), metadata.Integer("i64")));
        Assert.Equal([-1L, 1], metadata.Integers("i8s")!);   // and not 255: the runtime lets an sbyte[] pass for a byte[]
        Assert.Equal([3L, uint.MaxValue], metadata.Integers("u32s")!);
        Assert.Equal((-1e300, 1.5, 255.0), (metadata.Float("f64"), metadata.Float("f32"), metadata.Float("u8")));
        Assert.Equal(["a", "", "é"], metadata.Strings("texts")!);
        Assert.Null(metadata.String("absent"));
        Action[] wrongs =
        [
            () => metadata.Integer("u64"), () => metadata.Integer("f32"), () => metadata.Integers("u64s"), () => metadata.Integers("flags"),
            () => metadata.Integers("lists"), () => metadata.String("u8"), () => metadata.Bool("u8"),
            () => metadata.Floats("texts"), () => metadata.Floats("flags"), () => metadata.Strings("lists"),
            () => metadata.Float("text"),
        ];
        foreach (Action wrong in wrongs)
            Assert.Equal("metadata-kind", Assert.Throws<ModelFileException>(wrong).Code);
    }

    [Theory]
    [InlineData(32), InlineData(1), InlineData(256)]
    public void Tensors_come_back_aligned_with_their_bytes(int alignment)
    {
        ModelFileWriter writer = new();
        writer.Add("general.alignment", (uint)alignment);
        byte[] first = [.. Enumerable.Range(1, 3 * 34).Select(i => (byte)i)];
        byte[] second = [.. Enumerable.Range(7, 5 * 7 * 2).Select(i => (byte)i)];
        writer.Add("first", TensorType.Q8_0, [32, 3], first);
        writer.Add("second", TensorType.BF16, [5, 1, 7, 1], second);
        using ModelFile model = ModelFile.Open(new MemoryStream(writer.ToArray()), "tensors");

        Assert.Equal(["first", "second"], model.Tensors.Select(tensor => tensor.Name));
        Assert.Equal((32L, 3L, 96L, 102L), (model.Tensors[0].Columns, model.Tensors[0].Rows, model.Tensors[0].Count, model.Tensors[0].ByteCount));
        Assert.Equal([5L, 1, 7, 1], model.Tensors[1].Shape);
        Assert.Equal((5L, 7L), (model.Tensors[1].Columns, model.Tensors[1].Rows));
        Assert.All(model.Tensors, tensor => Assert.Equal(0, tensor.Offset % alignment));
        byte[] read = new byte[second.Length];
        model.Read(model.Tensors[1], 0, read);
        Assert.Equal(second, read);
        model.Read(model.Tensors[0], 34, read.AsSpan(0, 68));
        Assert.Equal(first[34..], read[..68]);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Read(model.Tensors[0], 34, read.AsSpan(0, 69)));
    }

    [Fact]
    public void Version_2_reads_as_version_3()
    {
        byte[] bytes = TinyModel.Bytes();
        bytes[4] = 2;
        using ModelFile model = ModelFile.Open(new MemoryStream(bytes), "v2");
        Assert.Equal(2, model.Version);
        Assert.Equal("llama", Hyperparameters.Read(model.Metadata).Architecture);
    }

    [Fact]
    public void Many_threads_may_read_one_stream()
    {
        using ModelFile model = ModelFile.Open(new MemoryStream(TinyModel.Bytes()), "threads");
        TensorInfo tensor = model.Find("blk.1.ffn_up.weight")!;
        byte[] whole = new byte[tensor.ByteCount];
        model.Read(tensor, 0, whole);

        Parallel.For(0, 2000, i =>
        {
            byte[] piece = new byte[100];
            int offset = i * 7 % (whole.Length - 100);
            model.Read(tensor, offset, piece);
            Assert.True(piece.AsSpan().SequenceEqual(whole.AsSpan(offset, 100)));
        });
    }
}
