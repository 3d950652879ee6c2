using System.Text;
using Sandglass.Generation;
using Sandglass.Studies;
using Sandglass.Tests.Generation;

namespace Sandglass.Tests.Studies;

/// <summary>A file of results: what is in it is not done again, and nothing else is taken for it.</summary>
public sealed class ExperimentFileTests(Grain grain) : IClassFixture<Grain>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-").FullName;

    private string Results => Path.Combine(_folder, "results.jsonl");

    [Fact]
    public async Task What_is_there_is_taken_and_not_done_again()
    {
        List<TemperatureRow> first = await Rows(Study()), kept = await Rows(Study(), Results);
        byte[] whole = File.ReadAllBytes(Results);

        // a mark in the file shows that the row comes from there
        File.WriteAllText(Results, Encoding.UTF8.GetString(whole).Replace("\"texts\":3", "\"texts\":7", StringComparison.Ordinal));
        List<TemperatureRow> again = await Rows(Study(), Results);

        Assert.Equal(first, kept);
        Assert.Equal(first.Select(row => row with { Texts = 7 }), again);
        Assert.Equal(3, first.Count);
    }

    [Fact]
    public async Task Wherever_a_run_was_ended_the_next_one_gives_the_same_file()
    {
        List<TemperatureRow> rows = await Rows(Study(), Results);
        byte[] whole = File.ReadAllBytes(Results);

        foreach (int length in (int[])[0, 1, 40, whole.AsSpan().IndexOf((byte)'\n') + 1, whole.Length / 2, whole.Length - 1])
        {
            File.WriteAllBytes(Results, whole[..length]);
            Assert.Equal(rows, await Rows(Study(), Results));
            Assert.Equal(whole, File.ReadAllBytes(Results));
        }
    }

    [Fact]
    public async Task Without_a_file_there_are_its_lines_and_how_far_it_is()
    {
        await Rows(Study(), Results);
        List<double> shares = [];

        List<byte[]> lines = await Study().LinesAsync(new Shares(shares), default).ToListAsync();

        Assert.Equal(File.ReadAllBytes(Results), lines.SelectMany(line => line));
        Assert.Contains(shares, share => share > 0);
        Assert.All(shares, share => Assert.InRange(share, 0, 1));
    }

    private sealed class Shares(List<double> seen) : IProgress<ExperimentProgress>
    {
        public void Report(ExperimentProgress value)
        {
            lock (seen) seen.Add(value.Share);
        }
    }

    [Fact]
    public async Task Results_of_another_setting_or_experiment_and_other_files_are_refused_and_stay_as_they_are()
    {
        await Rows(Study(), Results);
        byte[] whole = File.ReadAllBytes(Results);

        Assert.Contains("expected results of seed 2, found those of seed 1 in", Refused(() => Study(seed: 2)), StringComparison.Ordinal);
        Assert.Contains("expected results of tokens 9, found those of tokens 8 in", Refused(() => Study(tokens: 9)), StringComparison.Ordinal);
        GenerationException other = Assert.Throws<GenerationException>(
            () => ExperimentFile<RepetitionRow>.Open(Results, new RepetitionStudy(grain.Model, [[0, 328]])));
        Assert.Equal(("results-other", "resume"), (other.Code, other.Option));
        Assert.Contains("expected results of repetition, found results of temperature", other.Message, StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllBytes(Results));

        foreach (string text in (string[])["my diary", "my diary\n", "{}\n", "{\"experiment\":3}\n"])
        {
            File.WriteAllText(Results, text);
            Assert.Contains("a file of results, or none", Refused(() => Study()), StringComparison.Ordinal);
            Assert.Equal(text, File.ReadAllText(Results));
        }
    }

    [Theory]
    [InlineData("{\"part\":1,\"rows\":[]}\n")]      // the second without the first
    [InlineData("{\"part\":0}\n")]
    [InlineData("nothing\n")]
    [InlineData("{\"part\":0,\"rows\":[{\"texts\":\"many\"}]}\n")]
    [InlineData("{\"part\":0,\"rows\":[null]}\n")]
    [InlineData("{\"part\":0,\"rows\":[{}]}\n")]
    public async Task A_line_that_cannot_be_read_is_named(string line)
    {
        await Rows(Study(), Results);
        string header = File.ReadLines(Results).First() + "\n";
        File.WriteAllText(Results, header + line);

        GenerationException broken = Assert.Throws<GenerationException>(() => ExperimentFile<TemperatureRow>.Open(Results, Study()));

        Assert.Equal("results-broken", broken.Code);
        Assert.Contains("line 2 of", broken.Message, StringComparison.Ordinal);
        Assert.Equal(header + line, File.ReadAllText(Results));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Refused(Func<TemperatureStudy> study) =>
        Assert.Throws<GenerationException>(() => ExperimentFile<TemperatureRow>.Open(Results, study())).Message;

    private TemperatureStudy Study(int tokens = 8, ulong seed = 1) => new(grain.Model, [0, 2878, 713], [0, 0.8, 1.5], texts: 3, tokens, seed);

    private static async Task<List<TemperatureRow>> Rows(TemperatureStudy study, string? path = null)
    {
        using ExperimentFile<TemperatureRow>? results = path is null ? null : ExperimentFile<TemperatureRow>.Open(path, study);
        return await study.RunAsync(results).ToListAsync();
    }
}
