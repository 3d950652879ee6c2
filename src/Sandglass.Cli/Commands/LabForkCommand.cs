using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary><c>sandglass lab fork [PROMPT]</c>: what becomes of a text with each of the likeliest tokens at one place.</summary>
internal sealed class LabForkCommand(Terminal terminal)
{
    private const int DefaultBranches = 5, DefaultTokens = 24, TextIndent = 4, LongestBefore = 300;

    private readonly ModelChoice _model = new();
    private readonly PromptSource _prompt = new("PROMPT", $"The text to continue. [default: {PromptSource.Beginning}]");
    private readonly Option<int?> _at = NumberOption.Whole("--at", "Tokens to write before the fork, the likeliest always. [default: 0]", 0, int.MaxValue);
    private readonly Option<int?> _branches = NumberOption.Whole(
        "--branches", $"How many of the likeliest tokens to follow. [default: {DefaultBranches}]", 1, 64);
    private readonly Option<int?> _tokens = NumberOption.Whole(
        "--max-tokens", $"Tokens of each branch at most. [default: {DefaultTokens}]", 1, int.MaxValue, "-n");
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a branch." };
    private readonly Option<string?> _plot = ExperimentWords.PlotOption();
    private readonly Option<string?> _resume = ExperimentWords.ResumeOption();

    public Command Create()
    {
        Command command = new("fork", "Continue one text from each of the likeliest tokens at a place, and show how far the texts part.");
        _prompt.AddTo(command);
        foreach (Option option in (Option[])[_at, _branches, _tokens]) command.Add(option);
        _model.AddTo(command);
        command.Add(_json);
        command.Add(_plot);
        command.Add(_resume);
        command.SetAction(StudyAsync);
        return command;
    }

    private async Task<int> StudyAsync(ParseResult parsed, CancellationToken cancellation)
    {
        foreach (Option<string?> file in (Option<string?>[])[_plot, _resume]) ExperimentWords.RefusePath(parsed, file);
        Prompt prompt = await _prompt.ReadOrBeginAsync(parsed, terminal, cancellation);
        using LanguageModel model = _model.Load(parsed, terminal);
        int[] ids = prompt.Encode(model.Tokenizer, terminal);
        ContextLimit.Refuse("The prompt", ids, model);
        int at = parsed.GetValue(_at) ?? 0;
        List<ForkRow> rows = [];
        await ExperimentWords.RunAsync(
            new ForkExperiment(model, ids, at, parsed.GetValue(_branches) ?? DefaultBranches, parsed.GetValue(_tokens) ?? DefaultTokens),
            parsed.GetValue(_resume), terminal, rows.Add, cancellation);
        ForkBranch[] branches = [.. rows.Select(row => row.Branch)];
        string before = rows[0].Before;
        string weak;
        using (ModelFile file = _model.Open(parsed)) weak = ExperimentWords.WeakModel(file);
        if (parsed.GetValue(_json)) WriteJson(branches, at, model);
        else WriteTable(branches, model.Tokenizer.Decode(ids) + before, model, weak);
        ExperimentWords.Draw(parsed.GetValue(_plot), "fork", _model.Name(parsed), ForkStudy.Claim, weak, Panels(branches, model));
        return ExitCode.Done;
    }

    private void WriteJson(IReadOnlyList<ForkBranch> branches, int at, LanguageModel model)
    {
        JsonLines lines = new(terminal.Bytes);
        for (int i = 0; i < branches.Count; i++)
        {
            ForkBranch branch = branches[i];
            Utf8JsonWriter json = lines.Begin();
            json.WriteNumber("branch", i);
            json.WriteNumber("at", at);
            json.WriteNumber("id", branch.Id);
            json.WriteFloat("logprob", branch.Logprob);
            json.WriteIds("ids", branch.Ids);
            json.WriteString("text", branch.Text);
            json.WriteFloat("score", branch.Score);
            json.WriteNumber("sharedTokens", branch.SharedTokens);
            if (branch.MeetsAt is int meets) json.WriteNumber("meetsAt", meets);
            else json.WriteNull("meetsAt");
            json.WriteString("finish", branch.Finish.ToString().ToLowerInvariant());
            json.WriteComputation(KernelPath.Name, model.Options.Compute);
            lines.End();
        }
    }

    private void WriteTable(IReadOnlyList<ForkBranch> branches, string before, LanguageModel model, string weak)
    {
        string[][] cells = [["Token", "Probability", "Score a token", "Shared", "Meets at"], .. branches.Select(
            branch => Cells(branch, isFirst: branch == branches[0], model))];
        int[] widths = [.. Enumerable.Range(0, cells[0].Length).Select(column => cells.Max(row => row[column].Length))];
        if (before.Length > 0) terminal.WriteLine($"Before the fork: {OneLine(before.Length <= LongestBefore ? before : $"… {before[^LongestBefore..]}")}");
        for (int i = 0; i < cells.Length; i++)
        {
            string line = string.Join(
                "   ", cells[i].Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd();
            terminal.Output.WriteLine(i == 0 && terminal.HasColour ? $"\e[2m{line}\e[0m" : line);
            if (i > 0) terminal.WriteLine(OneLine(branches[i - 1].Text).Trim(), TextIndent);
        }
        terminal.Note(
            "Score: the mean log-probability of a token. Shared: tokens after the fork that the first branch has too, in the same order. Meets at: the " +
                $"place from which on both are the same to the end, for {ForkStudy.LeastCommon} tokens or more.");
        ExperimentWords.Note(terminal, ForkStudy.Claim, weak);
    }

    private static PlotPanel[] Panels(IReadOnlyList<ForkBranch> branches, LanguageModel model)
    {
        string[] tokens = [.. branches.Select(branch => Token(branch, model))];
        return
        [
            new("Token at the fork", "Probability of the token",
                [new PlotSeries("", [.. branches.Select((branch, i) => new PlotPoint(i, Math.Exp(branch.Logprob)))])]) { Categories = tokens },
            new("Token at the fork", "Share of the tokens after it that the first branch has too, in the same order",
                [new PlotSeries("", [.. branches.Select((branch, i) => new PlotPoint(i, branch.SharedTokens / (double)Math.Max(1, branch.Ids.Count - 1)))])])
            {
                Categories = tokens,
            },
            new("Token at the fork", "Mean log-probability of a token of the branch, nats",
                [new PlotSeries("", [.. branches.Select((branch, i) => new PlotPoint(i, branch.Score / branch.Ids.Count))])]) { Categories = tokens },
        ];
    }

    private static string Token(ForkBranch branch, LanguageModel model) => OneLine($"\"{Encoding.UTF8.GetString(model.Tokenizer.Bytes(branch.Id).Span)}\"");

    private static string[] Cells(ForkBranch branch, bool isFirst, LanguageModel model) =>
    [
        Token(branch, model),
        Math.Exp(branch.Logprob).ToString("P1", CultureInfo.InvariantCulture),
        (branch.Score / branch.Ids.Count).ToString("F3", CultureInfo.InvariantCulture),
        isFirst ? "" : $"{branch.SharedTokens} of {branch.Ids.Count - 1}",
        isFirst ? "" : branch.MeetsAt?.ToString(CultureInfo.InvariantCulture) ?? "never",
    ];

    private static string OneLine(string text) => Terminal.Harmless(text).Replace('\n', ' ');
}
