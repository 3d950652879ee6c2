using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Transformer;
using Xunit.Abstractions;

namespace Sandglass.Tests.ModelFiles;

/// <summary>
/// Mutated model files: whatever the bytes, reading them ends soon, allocates little, and fails with a <see cref="ModelFileException"/> only.
/// <c>SANDGLASS_FUZZ_MUTANTS</c> and <c>SANDGLASS_FUZZ_SEED</c> set the number of mutants and where the generator starts.
/// </summary>
public class MutationTests(ITestOutputHelper output)
{
    private const long Slack = 16 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);   // a mutant takes microseconds; a hang takes for ever, and a busy machine no minute
    private static readonly ulong[] Extremes =
    [
        0, 1, 2, 7, 8, 31, 32, 33, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000,
        1UL << 40, 1UL << 61, 1UL << 62, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFE0, 0xFFFFFFFFFFFFFFFF,
    ];

    private static readonly byte[] Buffer = new byte[1 << 16];

    [Fact]
    public void No_mutant_of_a_small_file_does_more_than_be_refused()
    {
        byte[] small = Small();
        using ModelFile model = ModelFile.Open(new MemoryStream(small), "small");
        Run("small", small, header: (int)model.Tensors[0].Offset, mutants: Setting("SANDGLASS_FUZZ_MUTANTS", 50_000));
    }

    [Fact]
    public void No_mutant_of_an_embedded_model_does_more_than_be_refused()
    {
        using Stream stream = typeof(ModelFile).Assembly.GetManifestResourceStream("grain-1m.q8_0.gguf")!;
        byte[] whole = new byte[stream.Length];
        stream.ReadExactly(whole);
        using ModelFile model = ModelFile.Open(new MemoryStream(whole), "grain-1m");
        Run("grain-1m", whole, header: (int)model.Tensors.Min(tensor => tensor.Offset), mutants: Setting("SANDGLASS_FUZZ_MUTANTS", 50_000) / 40);
    }

    // every kind of entry, and tensors of many types
    private static byte[] Small()
    {
        ModelFileWriter writer = TinyModel.Entries(layers: 1);
        foreach ((string key, object value) in ModelFileWriterTests.EveryKind) writer.Add(key, value);
        foreach (TensorType type in new[] { TensorType.F32, TensorType.F16, TensorType.Q4_1, TensorType.Q8_0, TensorType.Q6_K, TensorType.IQ1_M,
            TensorType.I32, TensorType.MXFP4 })
            writer.Add($"blk.0.{type}.weight", type, [256, 2], new byte[TensorGeometry.ByteCount(type, 512)]);
        return writer.ToArray();
    }

    private void Run(string name, byte[] original, int header, long mutants)
    {
        Random random = new((int)Setting("SANDGLASS_FUZZ_SEED", 1));
        byte[] mutant = new byte[original.Length * 2];
        long refused = 0, mostAllocated = 0;
        TimeSpan longest = TimeSpan.Zero;
        for (long i = 0; i < mutants; i++)
        {
            int length = Mutate(random, original, header, mutant);
            (bool wasRefused, long allocated, TimeSpan took) = Examine(mutant, length, $"{name} {i}");
            if (wasRefused) refused++;
            Assert.True(allocated <= 8L * length + Slack, $"mutant {i} of {length} bytes made {allocated} bytes be allocated");
            Assert.True(took < Patience, $"mutant {i} took {took}");
            if (allocated > mostAllocated) mostAllocated = allocated;
            if (took > longest) longest = took;
        }
        output.WriteLine($"{name}: {mutants} mutants, {refused} refused, at most {mostAllocated} bytes allocated and {longest.TotalMilliseconds:F1} ms");
        Assert.InRange(refused, mutants / 4, mutants - 1);   // neither all nor none: else the mutations test nothing
    }

    private static (bool Refused, long Allocated, TimeSpan Took) Examine(byte[] bytes, int length, string name)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        bool refused = false;
        try
        {
            using ModelFile model = ModelFile.Open(new MemoryStream(bytes, 0, length), name);
            foreach (TensorInfo tensor in model.Tensors)
            {
                for (long at = 0; at < tensor.ByteCount; at += Buffer.Length)
                    model.Read(tensor, at, Buffer.AsSpan(0, (int)Math.Min(Buffer.Length, tensor.ByteCount - at)));
            }
            Architectures.For(Hyperparameters.Read(model.Metadata, model.Tensors.Count), model.Metadata);
        }
        catch (ModelFileException)
        {
            refused = true;
        }
        return (refused, GC.GetAllocatedBytesForCurrentThread() - before, Stopwatch.GetElapsedTime(start));
    }

    // one to four changes, most of them in the header; gives the mutant's length
    private static int Mutate(Random random, byte[] original, int header, byte[] mutant)
    {
        original.CopyTo(mutant, 0);
        int length = original.Length;
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            int limit = Math.Min(length, random.Next(8) == 0 ? length : header);
            if (limit < 16) break;
            int at = random.Next(limit - 8);
            switch (random.Next(7))
            {
                case 0: mutant[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: mutant[at] = (byte)random.Next(256); break;
                case 2: BinaryPrimitives.WriteUInt64LittleEndian(mutant.AsSpan(at), Extremes[random.Next(Extremes.Length)]); break;
                case 3: BinaryPrimitives.WriteUInt32LittleEndian(mutant.AsSpan(at), (uint)Extremes[random.Next(Extremes.Length)]); break;
                case 4:   // a piece from elsewhere
                    int size = random.Next(1, Math.Min(64, limit - at));
                    mutant.AsSpan(random.Next(limit - size), size).CopyTo(mutant.AsSpan(at));
                    break;
                case 5:   // pieces taken out, or put in twice
                    int shift = random.Next(1, 33);
                    if (random.Next(2) == 0 && at + shift < length)
                    {
                        mutant.AsSpan(at + shift, length - at - shift).CopyTo(mutant.AsSpan(at));
                        length -= shift;
                    }
                    else if (length + shift <= mutant.Length)
                    {
                        mutant.AsSpan(at, length - at).CopyTo(mutant.AsSpan(at + shift));
                        length += shift;
                    }
                    break;
                default:
                    if (random.Next(4) == 0) length = random.Next(limit);   // the end is missing
                    break;
            }
        }
        return length;
    }

    private static long Setting(string name, long otherwise) =>
        Environment.GetEnvironmentVariable(name) is string text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
