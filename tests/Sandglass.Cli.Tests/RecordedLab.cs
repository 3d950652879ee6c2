using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Sandglass.Tests;

namespace Sandglass.Cli.Tests;

/// <summary><c>contract/lab</c>, what the page's lab is built from and compared with: for each experiment a small run's results and picture, and in
/// <c>experiments.json</c> what the tool says of it and its options. <c>SANDGLASS_WRITE_LAB=1</c> records the runs anew.</summary>
internal static class RecordedLab
{
    private static readonly bool IsWriting = Environment.GetEnvironmentVariable("SANDGLASS_WRITE_LAB") == "1";

    private static readonly Dictionary<string, JsonElement> Words = JsonDocument.Parse(File.ReadAllBytes(PathOf("experiments.json"))).RootElement
        .EnumerateObject().ToDictionary(experiment => experiment.Name, experiment => experiment.Value);

    /// <summary>A run gives what is recorded; of measured times there is nothing to compare.</summary>
    public static void Compare(string experiment, string results, string picture, bool isMeasured = false)
    {
        foreach ((string file, string extension) in ((string, string)[])[(results, ".jsonl"), (picture, ".svg")])
        {
            string recorded = PathOf(experiment + extension);
            if (IsWriting) File.Copy(file, recorded, overwrite: true);
            else if (!isMeasured) Assert.Equal(File.ReadAllText(recorded), File.ReadAllText(file));
        }
    }

    /// <summary>What it says of itself on standard error.</summary>
    public static void CompareWords(string experiment, string said)
    {
        string Of(string name) => Words[experiment].GetProperty(name).GetString()!;
        Assert.Contains($"{Of("does")} {Of("shows")} {Of("cannotShow")}\n", said.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains($"{Of("legend")}\n", said.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    /// <summary>Each option of the page is one of the command, with the same default.</summary>
    public static void CompareOptions()
    {
        Command lab = SandglassCommand.Create(new Terminal()).Subcommands.Single(command => command.Name == "lab");
        Command[] ofThePage = [.. lab.Subcommands.Where(command => command.Name != "scale")];     // which no tab has the memory and the time for
        Assert.Equal(ofThePage.Select(command => command.Name).Order(), Words.Keys.Order());
        foreach (Command command in ofThePage)
        {
            Dictionary<string, string> described = command.Options.ToDictionary(option => option.Name.TrimStart('-'), option => option.Description!);
            if (command.Arguments.FirstOrDefault() is Argument prompt) described["prompt"] = prompt.Description!;
            foreach (JsonProperty option in Words[command.Name].GetProperty("options").EnumerateObject())
            {
                string expected = option.Value.GetString()!;
                if (expected.Length == 0) expected = "8 beginnings of tales";       // the prompt that is left out
                string found = described[option.Name].Split("[default: ")[1].TrimEnd(']');
                bool areNumbers = expected.Split(',').All(word => double.TryParse(word, CultureInfo.InvariantCulture, out _));
                if (areNumbers) Assert.Equal(expected.Split(',').Select(Number), found.Split(',').Select(Number));
                else Assert.Equal(expected, found);
            }
        }
    }

    private static double Number(string word) => double.Parse(word, CultureInfo.InvariantCulture);

    private static string PathOf(string name) => Path.Combine(Checkout.Folder, "contract", "lab", name);
}
