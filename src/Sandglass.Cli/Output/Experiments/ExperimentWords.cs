using System.CommandLine;
using Sandglass.ModelFiles;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary>What is said and asked of every experiment.</summary>
internal static class ExperimentWords
{
    private const long Weak = 1_000_000_000;    // parameters below which a model is called small
    private const int BarLength = 24;

    /// <summary>Where a picture goes.</summary>
    public static Option<string?> PlotOption() => new("--plot") { Description = "Write a picture of it, as SVG.", HelpName = "FILE.svg" };

    /// <summary>Where results are kept.</summary>
    public static Option<string?> ResumeOption() => new("--resume")
    {
        Description = "Keep what is finished in this file, and take from it what it has: a run that was ended goes on where it was.",
        HelpName = "FILE",
    };

    /// <summary>Hands all rows over as they come, those that a file of results has and the others.</summary>
    public static async Task RunAsync<TRow>(
        Experiment<TRow> experiment, string? resume, Terminal terminal, Action<TRow> take, CancellationToken cancellation)
    {
        using ExperimentFile<TRow>? results = resume is null ? null : ExperimentFile<TRow>.Open(resume, experiment);
        if (results?.Parts > 0) terminal.Note($"{Amount.Of(results.Parts, "part")} of {experiment.Parts} taken from {resume}.");
        using ProgressLine<ExperimentProgress> progress = new(terminal, p => Bar(experiment.Name, p.Share, $"part {p.Done + 1} of {p.Parts}"));
        await foreach (TRow row in experiment.RunAsync(results, progress, cancellation)) take(row);
    }

    /// <summary>What is done, what it shows, what it cannot show; and of a small model that it is weak.</summary>
    public static void Note(Terminal terminal, ExperimentClaim claim, string weak)
    {
        terminal.Note($"{claim.Does} {claim.Shows} {claim.CannotShow}");
        if (weak.Length > 0) terminal.Note(weak);
    }

    /// <summary>Writes the picture, where one is asked for.</summary>
    public static void Draw(string? path, string name, string model, ExperimentClaim claim, string weak, IReadOnlyList<PlotPanel> panels)
    {
        if (path is null) return;
        SvgPlot.Write(path, new Plot($"{name}: {Path.GetFileName(model)}", $"{claim.Shows} {claim.CannotShow} {weak}".Trim(), panels));
    }

    /// <summary>What to keep in mind of a small model; empty for a large one.</summary>
    public static string WeakModel(ModelFile file)
    {
        long parameters = file.Tensors.Sum(tensor => tensor.Count);
        return parameters >= Weak ? ""
            : $"The model is small, {Amount.Parameters(parameters)} parameters, and small models are weak: of a large one the figures may be quite different.";
    }

    /// <summary>How much is done.</summary>
    public static string Bar(string name, double share, string part)
    {
        int full = (int)(Math.Clamp(share, 0, 1) * BarLength);
        string bar = new string('█', full) + new string('░', BarLength - full);
        return $"{name} {bar} {(int)(100 * share)} % · {part}";
    }

    /// <summary>Fails where a file cannot be written, before anything is computed for it.</summary>
    public static void RefusePath(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not string path) return;
        CommandLineWord.RefusePath(option.Name, path);
        if (path.Length == 0) throw new WrongInputException($"{option.Name}: expected the path of a file, found an empty text.");
        if (Directory.Exists(path)) throw new WrongInputException($"{option.Name}: expected the path of a file, found the directory {path}.");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is string folder && !Directory.Exists(folder))
            throw new WrongInputException($"{option.Name}: there is no directory {folder}. Make it first, or give another path.");
    }
}
