using System.Text.Json;
using System.Text.RegularExpressions;
using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

/// <summary>The promise across machines and releases: <c>contract/bits.json</c> holds hashes of the embedded models' logits.</summary>
/// <remarks>
/// A change of the arithmetic is a deliberate, dated edit of that file: <c>SANDGLASS_WRITE_BITS=1 dotnet test tests/Sandglass.Tests -c Release --filter
/// BitsContract</c>
/// writes it anew instead of comparing.
/// </remarks>
public class BitsContractTests
{
    private const int TextLength = 40, PromptLength = 8, Tokens = 8;

    private static readonly int[] Positions = [0, 1, 15, 31, 32, 38]; // around the border of a page of 32
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static string File { get; } = Path.Combine(Checkout.Folder, "contract", "bits.json");

    [Fact]
    public async Task The_embedded_models_give_the_bits_that_are_written_down()
    {
        BitsContract computed = await Compute();
        if (Environment.GetEnvironmentVariable("SANDGLASS_WRITE_BITS") == "1")
        {
            await System.IO.File.WriteAllTextAsync(File, Compact(JsonSerializer.Serialize(computed, Format)) + "\n");
            return;
        }

        BitsContract written = JsonSerializer.Deserialize<BitsContract>(await System.IO.File.ReadAllTextAsync(File), Format)!;
        Assert.Equal(written.Ids, computed.Ids);
        foreach ((BitsOfARun expected, BitsOfARun found) in written.Runs.Zip(computed.Runs))
        {
            string run = $"{expected.Model} {expected.Compute} {expected.CacheType}";
            Assert.Equal(run, $"{found.Model} {found.Compute} {found.CacheType}");
            Assert.True(expected.Text.OrderBy(at => at.Key).SequenceEqual(found.Text.OrderBy(at => at.Key)),
                $"{run}: a text's logits have other bits than contract/bits.json says");
            Assert.True(expected.GeneratedIds.SequenceEqual(found.GeneratedIds), $"{run}: other tokens than contract/bits.json says");
            Assert.True(expected.Generated.SequenceEqual(found.Generated), $"{run}: a generation's logits have other bits than contract/bits.json says");
        }
        Assert.Equal(written.Runs.Length, computed.Runs.Length);
    }

    private static async Task<BitsContract> Compute()
    {
        List<BitsOfARun> runs = [];
        int[] ids = Evidence.Ids(TextLength, 4096);
        foreach (string name in (string[])["grain-6m", "grain-1m"])
        {
            foreach (ModelOptions mode in Evidence.Modes)
            {
                using LanguageModel model = LanguageModel.LoadEmbedded(name, mode);
                string?[] text = await Evidence.OfText(model, ids);
                Run run = await Evidence.OfRun(model, ids[..PromptLength], Tokens);
                runs.Add(new BitsOfARun(
                    name, Lower(mode.Compute), $"{mode.CacheType}",
                    Positions.ToDictionary(position => position, position => text[position]!),
                    run.Ids, run.Hashes!));
            }
        }
        return new BitsContract(
            "Hashes of logits (SHA-256 of the F32 bits, little-endian, first 16 hex digits): equal on every machine, width of vector and number of threads. "
            + "text: of the ids, at some positions. "
            + $"generated: a run behind the first {PromptLength} ids with temperature 1, no filter, the end ignored and seed {Evidence.Sampled.Seed}.",
            DateTime.UtcNow.ToString("yyyy-MM-dd"), ids, [.. runs]);
    }

    /// <summary>A list of numbers or hashes on one line.</summary>
    private static string Compact(string json) =>
        Regex.Replace(json, @"\[[^\[\]{}]+\]", list => Regex.Replace(list.Value, @"\s+", " ").Replace("[ ", "[").Replace(" ]", "]"));

    private static string Lower<T>(T value) where T : struct, Enum => $"{value}".ToLowerInvariant();

    /// <param name="What">What the file says, in a line.</param>
    /// <param name="Date">When the arithmetic was last changed on purpose.</param>
    /// <param name="Ids">The text.</param>
    /// <param name="Runs">One for each embedded model and mode.</param>
    private sealed record BitsContract(string What, string Date, int[] Ids, BitsOfARun[] Runs);

    private sealed record BitsOfARun(string Model, string Compute, string CacheType, Dictionary<int, string> Text, int[] GeneratedIds, string[] Generated);
}
