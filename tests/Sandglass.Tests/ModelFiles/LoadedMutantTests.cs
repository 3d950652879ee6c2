using System.Buffers.Binary;
using Sandglass.Generation;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Sampling;
using Sandglass.Studies;
using Sandglass.Tokenization;

namespace Sandglass.Tests.ModelFiles;

/// <summary>Mutated model files that are not only opened: what loads runs, and nothing but the engine's own exceptions says that something is wrong.</summary>
public sealed class LoadedMutantTests : IDisposable
{
    private const int Seeds = 50;
    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-").FullName;

    [Fact]
    public async Task No_mutant_does_more_than_be_refused_or_run()
    {
        byte[] original = Original();
        int refused = 0, ran = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            string path = Path.Combine(_folder, $"{seed}.gguf");
            File.WriteAllBytes(path, Mutant(original, new Random(seed)));
            try
            {
                using (ModelFile file = ModelFile.Open(path))
                    _ = Tokenizer.From(file.Metadata).Encode("The fox — 漢字 \t<s> 12345</s>\xFF").Ids;
                using LanguageModel model = LanguageModel.Load(path, new ModelOptions { Context = 32, CacheMemory = 1 << 24, Threads = 1 });
                await model.GenerateAsync([1, 2, 3], new GenerationOptions { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, MaxTokens = 3 }).Result;
                ran++;
            }
            catch (Exception refusal) when (refusal is ModelFileException or GenerationException or SamplingException or KvCacheException)
            {
                refused++;
            }
            catch (Exception failure)
            {
                Assert.Fail($"mutant {seed}: {failure}");
            }
        }
        Assert.InRange(ran, Seeds / 10, Seeds - Seeds / 10);   // neither all nor none: else the mutations test nothing
        Assert.Equal(Seeds, ran + refused);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // small, and yet of quantised blocks and with a vocabulary
    private byte[] Original()
    {
        string path = Path.Combine(_folder, "original.gguf");
        SyntheticModel.Write(path, new SyntheticShape("mutant", 2, 64, 4, 2, 96, 300, 64, 10000, Tied: false), "q8_0");
        return File.ReadAllBytes(path);
    }

    // one to three changes: most in the entries and tensors of the header, some among the weights
    private static byte[] Mutant(byte[] original, Random random)
    {
        byte[] mutant = [.. original];
        using ModelFile model = ModelFile.Open(new MemoryStream(original), "original");
        int header = (int)model.Tensors.Min(tensor => tensor.Offset);
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(24, (random.Next(3) == 0 ? mutant.Length : header) - 8);
            switch (random.Next(4))
            {
                case 0: mutant[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: mutant[at] = (byte)random.Next(256); break;
                case 2: BinaryPrimitives.WriteUInt16LittleEndian(mutant.AsSpan(at), (ushort)random.Next(1 << 16)); break;
                default: mutant.AsSpan(at, 4).CopyTo(mutant.AsSpan(random.Next(24, header - 8))); break;
            }
        }
        return mutant;
    }
}
