using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Tests.Transformer;

/// <summary>Every architecture, in random shapes, against plain loops in double.</summary>
public sealed class PlainDecoderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-random-").FullName;

    public static TheoryData<string, int> Shapes
    {
        get
        {
            TheoryData<string, int> shapes = [];
            foreach (string kind in RandomModel.Kinds)
            {
                for (int seed = 1; seed <= 16; seed++) shapes.Add(kind, seed);
            }
            return shapes;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Hidden_states_and_logits_of_every_position_are_those_of_the_plain_decoder(string kind, int seed)
    {
        RandomModel random = RandomModel.Odd(kind, seed);
        string path = random.Write(_folder);
        int[] ids = [.. Enumerable.Range(0, 70).Select(i => (i * i * 7 + seed) % random.Vocabulary)];
        using ModelFile file = ModelFile.Open(path);
        PlainDecoder plain = new(file);
        using SmallRun run = new(path, ComputeMode.Exact, CacheType.F32, threads: 2);

        (float[] Hidden, float[] Logits)[] found = run.Rows(ids, chunk: 1 + seed * 7 % 40);

        for (int i = 0; i < ids.Length; i++)
        {
            (double[] hidden, double[] logits) = plain.Next(ids[i]);
            Close(hidden, found[i].Hidden, $"hidden state of position {i} of {random}");
            Close(logits, found[i].Logits, $"logits of position {i} of {random}");
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Close(double[] expected, float[] found, string what)
    {
        Assert.Equal(expected.Length, found.Length);
        double scale = 1 + expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - found[i]) <= 1e-4 * scale, $"{what}: {found[i]} at {i}, expected {expected[i]}");
    }
}
