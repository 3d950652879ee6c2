using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Studies;
using Spectre.Console;

namespace Sandglass.Cli;

/// <summary><c>sandglass lab NAME</c>: what all experiments have in common. Rows as a table, or as they come in JSON; a picture; a file of results that a later
/// run goes on from; how far it is.</summary>
internal abstract class LabExperimentCommand<TRow>(Terminal terminal)
{
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a row." };
    private readonly Option<string?> _plot = ExperimentWords.PlotOption();
    private readonly Option<string?> _resume = ExperimentWords.ResumeOption();
    private readonly List<IDisposable> _owned = [];

    /// <summary>The tool's output.</summary>
    protected Terminal Terminal => terminal;

    /// <summary>The options of the model.</summary>
    protected ModelChoice Model { get; } = new();

    /// <summary>The seed, for those that draw.</summary>
    protected Option<ulong?> Seed { get; } = NumberOption.Whole("--seed", "The same seed gives the same rows. [default: 1]", 0UL, ulong.MaxValue, "-s");

    /// <summary>Whether <c>--context</c> is an option: not where the experiment says itself how long texts are.</summary>
    protected virtual bool HasContext => true;

    /// <summary>The file of the model, where it is another than the one that was chosen.</summary>
    protected string? OtherFile { get; set; }

    /// <summary>The columns of the table, as <see cref="Tables.New"/> takes them.</summary>
    protected abstract string[] Columns { get; }

    /// <summary>The command, with its own options.</summary>
    protected abstract Command CreateOwn();

    /// <summary>The experiment, as the options have it.</summary>
    protected abstract Task<Experiment<TRow>> PrepareAsync(ParseResult parsed, CancellationToken cancellation);

    /// <summary>The table's rows.</summary>
    protected abstract IEnumerable<string[]> Cells(IReadOnlyList<TRow> rows);

    /// <summary>The charts.</summary>
    protected abstract IReadOnlyList<PlotPanel> Panels(IReadOnlyList<TRow> rows);

    /// <summary>What the columns mean.</summary>
    protected abstract string Legend { get; }

    /// <summary>Lines below the table: texts, a sum.</summary>
    protected virtual IEnumerable<string> Lines(IReadOnlyList<TRow> rows) => [];

    /// <summary>Objects behind those of the rows.</summary>
    protected virtual void WriteFurther(JsonLines lines, IReadOnlyList<TRow> rows)
    {
    }

    /// <summary>The command.</summary>
    public Command Create()
    {
        Command command = CreateOwn();
        Model.AddTo(command, withContext: HasContext);
        foreach (Option option in (Option[])[_json, _plot, _resume]) command.Add(option);
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>Loads the model, which is freed when the command ends.</summary>
    /// <param name="draft">The smaller model that guesses for it; null for none.</param>
    /// <param name="file">The model, where it is another than the one that was chosen.</param>
    protected LanguageModel Load(ParseResult parsed, string? draft = null, string? file = null) =>
        Owned(Model.Load(parsed, terminal, draft: draft, file: file));

    /// <summary>Disposes of something when the command ends.</summary>
    protected T Owned<T>(T one) where T : IDisposable
    {
        _owned.Add(one);
        return one;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        foreach (Option<string?> file in (Option<string?>[])[_plot, _resume]) ExperimentWords.RefusePath(parsed, file);
        try
        {
            Experiment<TRow> experiment = await PrepareAsync(parsed, cancellation);
            return await RunAsync(experiment, parsed, cancellation);
        }
        finally
        {
            foreach (IDisposable one in _owned) one.Dispose();
        }
    }

    private async Task<int> RunAsync(Experiment<TRow> experiment, ParseResult parsed, CancellationToken cancellation)
    {
        string? resume = parsed.GetValue(_resume);
        List<TRow> rows = [];
        JsonLines? lines = parsed.GetValue(_json) ? new JsonLines(terminal.Bytes) : null;
        bool cancelled = false;
        try
        {
            await ExperimentWords.RunAsync(experiment, resume, terminal, Take, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            cancelled = true;       // it may have run for long: what there is is shown
        }
        string weak = WeakModel(parsed);
        if (lines is null && rows.Count > 0) WriteTable(rows, experiment, weak);
        else if (lines is not null) WriteFurther(lines, rows);
        if (cancelled)
        {
            terminal.Note(resume is null ? "cancelled" : $"cancelled; the same command goes on from {resume}");
            return ExitCode.Cancelled;
        }
        ExperimentWords.Draw(parsed.GetValue(_plot), experiment.Name, Name(parsed), experiment.Claim, weak, Panels(rows));
        return ExitCode.Done;

        void Take(TRow row)
        {
            rows.Add(row);
            if (lines is not null) WriteJson(lines, row, experiment, parsed);
        }
    }

    private void WriteTable(List<TRow> rows, Experiment<TRow> experiment, string weak)
    {
        Table table = Tables.New(Columns);
        foreach (string[] cells in Cells(rows)) table.AddRow([.. cells.Select(cell => new Text(cell))]);
        Tables.Write(Tables.Console(terminal), table);
        foreach (string line in Lines(rows)) terminal.WriteLine(Terminal.Harmless(line));
        terminal.Note(Legend);
        ExperimentWords.Note(terminal, experiment.Claim, weak);
    }

    private void WriteJson(JsonLines lines, TRow row, Experiment<TRow> experiment, ParseResult parsed)
    {
        Utf8JsonWriter json = lines.Begin();
        foreach (JsonProperty field in JsonSerializer.SerializeToElement(row, experiment.RowJson).EnumerateObject()) field.WriteTo(json);
        ExperimentFact seed = experiment.Setting.FirstOrDefault(fact => fact.Name == "seed");
        if (seed.Name is not null) json.WriteNumber("seed", ulong.Parse(seed.Value, CultureInfo.InvariantCulture));
        json.WriteComputation(KernelPath.Name, Model.Options(parsed).Compute);
        lines.End();
    }

    /// <summary>What the model is called in a picture.</summary>
    protected virtual string Name(ParseResult parsed) => Model.Name(parsed);

    private string WeakModel(ParseResult parsed)
    {
        using ModelFile file = OtherFile is string other ? ModelFile.Open(other) : Model.Open(parsed);
        return ExperimentWords.WeakModel(file);
    }
}
