using Sandglass.ModelFiles;
using static Sandglass.Tests.ModelFiles.TinyModel;

namespace Sandglass.Tests.ModelFiles;

/// <summary>
/// Files made of the smallest things there are: where an object for each would cost most. The bound is far below the file's 8 bytes a byte and 16 MB.
/// </summary>
public class AllocationTests
{
    private const int Things = 200_000;

    private static byte[] File(int tensors, int entries, Action<MemoryStream> body)
    {
        MemoryStream stream = new();
        stream.Write([.. "GGUF"u8, .. U32(3), .. U64((ulong)tensors), .. U64((ulong)entries)]);
        body(stream);
        return stream.ToArray();
    }

    private static string Name(int i) => string.Create(3, i, (name, n) =>
    {
        for (int k = 0; k < 3; k++, n /= 64) name[k] = (char)('0' + n % 64);
    });

    public static TheoryData<string> Kinds() => ["flags", "letters", "texts", "empty texts", "lists", "bytes", "tensors"];

    [Theory, MemberData(nameof(Kinds))]
    public void Reading_allocates_at_most_eight_bytes_a_byte(string kind)
    {
        byte[] bytes = kind switch
        {
            "flags" => File(0, Things, s => { for (int i = 0; i < Things; i++) s.Write([.. Text(Name(i)), .. U32(7), 1]); }),
            "letters" => File(0, Things, s => { for (int i = 0; i < Things; i++) s.Write([.. Text(Name(i)), .. U32(8), .. Text("a")]); }),
            "texts" => File(0, 1, s => { s.Write([.. Text("t"), .. U32(9), .. U32(8), .. U64(Things)]); for (int i = 0; i < Things; i++) s.Write(Text("a")); }),
            "empty texts" => File(0, 1, s => { s.Write([.. Text("t"), .. U32(9), .. U32(8), .. U64(Things)]); s.Write(new byte[8 * Things]); }),
            "lists" => File(0, 1, s =>
                { s.Write([.. Text("t"), .. U32(9), .. U32(9), .. U64(Things)]); for (int i = 0; i < Things; i++) s.Write([.. U32(0), .. U64(1), 7]); }),
            "bytes" => File(0, 1, s => { s.Write([.. Text("t"), .. U32(9), .. U32(0), .. U64(20 * Things)]); s.Write(new byte[20 * Things]); }),
            _ => File(Things, 0, s =>
            {
                for (int i = 0; i < Things; i++) s.Write([.. Text(Name(i)), .. U32(1), .. U64(1), .. U32(0), .. U64((ulong)i * 32)]);
                s.Write(new byte[32 + Things * 32]);
            }),
        };

        long before = GC.GetAllocatedBytesForCurrentThread();
        using ModelFile model = ModelFile.Open(new MemoryStream(bytes), kind);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Things, kind == "tensors" ? model.Tensors.Count : Things);
        Assert.InRange(allocated, 0, 8L * bytes.Length);
    }

    [Fact]
    public void A_long_text_in_the_wrong_place_is_not_repeated_in_full()
    {
        byte[] bytes = File(0, 3, s => s.Write(
            [.. Text("general.architecture"), .. U32(8), .. Text("llama"), .. Text("llama.context_length"), .. U32(8), .. Text(new byte[4 << 20]),
                .. Text("x"), .. U32(0), 1]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        using ModelFile model = ModelFile.Open(new MemoryStream(bytes), "long");
        ModelFileException error = Assert.Throws<ModelFileException>(() => Hyperparameters.Read(model.Metadata));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4L * bytes.Length);
        Assert.True(error.Message.Length < 1000);
    }

    [Fact]
    public void A_terabyte_that_is_only_promised_costs_nothing()
    {
        byte[] bytes = File(0, 1, s => s.Write([.. Text("t"), .. U32(9), .. U32(6), .. U64(1UL << 38)]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ModelFileException>(() => ModelFile.Open(new MemoryStream(bytes), "promise"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }
}
