using Sandglass.Generation;
using Sandglass.Kernels;

namespace Sandglass.Tests.Generation;

/// <summary>The promise: whatever the threads, the chunks and the cache, the same bits.</summary>
public class SameBitsTests(TypedModelFiles files) : IClassFixture<TypedModelFiles>
{
    private static readonly int[] Chunks = [1, 7, 32, 0]; // 0: all at once

    public static TheoryData<TensorType> Types => [.. TypedModel.Types];

    [Theory, MemberData(nameof(Types))]
    public async Task Same_bits_for_every_tensor_type_whatever_the_threads_the_chunks_and_the_cache(TensorType type)
    {
        int[] prompt = Evidence.Ids(45, TypedModel.Vocabulary);
        HashSet<string> modes = [];
        foreach (ModelOptions mode in Evidence.PlainModes)
        {
            string?[] hashes = await Check(options => LanguageModel.Load(files[type], options), mode, prompt, tokens: 6);
            modes.Add(string.Join(' ', hashes));
        }
        // the hashes do depend on what was computed: cache types differ, and so do the three ways to compute where weights are quantised
        Assert.Equal(TensorGeometry.BlockSize(type) == 1 ? 2 : 6, modes.Count);
    }

    [Theory]
    [InlineData("grain-1m", 290)] // beyond the 256 positions that attention sums by themselves
    [InlineData("grain-6m", 40)]
    public async Task Same_bits_for_the_embedded_models_whatever_the_threads_the_chunks_and_the_cache(string name, int length)
    {
        int[] prompt = Evidence.Ids(length, 4096);
        foreach (ModelOptions mode in Evidence.Modes)
            await Check(options => LanguageModel.LoadEmbedded(name, options), mode, prompt, tokens: 4);
    }

    /// <summary>Holds all ways to one, in one mode; gives the hashes.</summary>
    internal static async Task<string?[]> Check(Func<ModelOptions, LanguageModel> load, ModelOptions mode, int[] prompt, int tokens)
    {
        string?[]? expected = null;
        int[] text = prompt;
        foreach (int threads in (int[])[1, 2, 3])
        {
            using LanguageModel model = load(mode with { Threads = threads });
            foreach (int chunk in Chunks)
            {
                Run run = await Evidence.OfRun(model, prompt, tokens, chunk);
                if (expected is null)
                {
                    text = [.. prompt, .. run.Ids];
                    expected = await Evidence.OfText(model, text, chunk);
                }

                Assert.Equal(text[prompt.Length..], run.Ids);
                Assert.Equal(expected[(prompt.Length - 1)..], run.Hashes); // what is said while writing is what is said while reading
                Assert.Equal(expected, await Evidence.OfText(model, text, chunk));
            }
            Run recomputed = await Evidence.OfRun(model, prompt, tokens, chunk: threads == 1 ? 0 : 7, noCache: true);
            Assert.Equal(expected![(prompt.Length - 1)..], recomputed.Hashes);
        }
        Assert.Equal(expected!.Length, expected.Distinct().Count());
        return expected;
    }
}
