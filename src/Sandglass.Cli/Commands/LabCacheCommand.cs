using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Sandglass.ModelFiles;
using Sandglass.Studies;
using Sandglass.Tracing;
using Spectre.Console;

namespace Sandglass.Cli;

/// <summary><c>sandglass lab cache [PROMPT]</c>: the same text with the cache and without, and what each token cost.</summary>
internal sealed class LabCacheCommand(Terminal terminal)
{
    private const int DefaultTokens = 128;
    private const double Near = 0.15;

    private readonly ModelChoice _model = new();
    private readonly PromptSource _prompt = new("PROMPT", $"The text to continue. [default: {PromptSource.Beginning}]");
    private readonly Option<int?> _tokens = NumberOption.Whole("--max-tokens", $"Tokens to write. [default: {DefaultTokens}]", 16, int.MaxValue, "-n");
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a row." };
    private readonly Option<string?> _plot = ExperimentWords.PlotOption();
    private readonly Option<string?> _resume = ExperimentWords.ResumeOption();

    public Command Create()
    {
        Command command = new("cache", "Write the same text with the cache of keys and values and without it, and show what each token cost.");
        _prompt.AddTo(command);
        command.Add(_tokens);
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
        List<CacheStudyWay> ways = [];
        await ExperimentWords.RunAsync(
            new CacheExperiment(model, ids, parsed.GetValue(_tokens) ?? DefaultTokens), parsed.GetValue(_resume), terminal, ways.Add, cancellation);
        CacheStudyResult result = CacheStudy.Compare(ways[0], ways[1], model.Options.Compute);
        string weak;
        using (ModelFile file = _model.Open(parsed)) weak = ExperimentWords.WeakModel(file);
        if (parsed.GetValue(_json)) WriteJson(result);
        else WriteTable(result, weak);
        ExperimentWords.Draw(parsed.GetValue(_plot), "cache", _model.Name(parsed), CacheStudy.Claim, weak, Panels(result.Rows));
        return result.TokensEqual ? ExitCode.Done : ExitCode.Failed;
    }

    private void WriteJson(CacheStudyResult result)
    {
        JsonLines lines = new(terminal.Bytes);
        foreach (CacheStudyRow row in result.Rows)
        {
            Utf8JsonWriter json = lines.Begin();
            json.WriteString("what", "work");
            json.WriteBoolean("cache", row.Cache);
            json.WriteNumber("tokens", row.Tokens);
            json.WriteNumber("length", row.Length);
            json.WriteNumber("layerTokenPasses", row.LayerTokenPasses);
            json.WriteMultiplyAdds(row.MultiplyAdds);
            json.WriteNumber("cacheBytes", row.CacheBytes);
            json.WriteDouble("msPerToken", row.TimePerToken.TotalMilliseconds);
            lines.End();
        }
        foreach (CacheGrowth growth in result.Growth)
        {
            Utf8JsonWriter json = lines.Begin();
            json.WriteString("what", "growth");
            json.WriteBoolean("cache", growth.Cache);
            json.WriteDouble("layerTokenPasses", growth.LayerTokenPasses);
            json.WriteDouble("projections", growth.Projections);
            json.WriteDouble("feedForward", growth.FeedForward);
            json.WriteDouble("attention", growth.Attention);
            json.WriteDouble("logits", growth.Logits);
            json.WriteDouble("time", growth.Time);
            json.WriteDouble("timeLeast", growth.LeastTime);
            json.WriteDouble("timeMost", growth.MostTime);
            json.WriteBoolean("tokensEqual", result.TokensEqual);
            json.WriteComputation(result.Kernels, result.Compute);
            lines.End();
        }
    }

    private void WriteTable(CacheStudyResult result, string weak)
    {
        IAnsiConsole console = Tables.Console(terminal);
        Table work = Tables.New("Cache", "#Tokens", "#Passes", "#Proj.", "#FFN", "#Attn.", "#Logits", "#Held", "#ms/token");
        foreach (TableColumn column in work.Columns) column.Padding = new Padding(0, 0, 1, 0);      // nine of them, on 80 columns
        foreach (CacheStudyRow row in result.Rows)
        {
            MultiplyAdds sum = row.MultiplyAdds;
            work.AddRow(Mode(row.Cache), Amount.Whole(row.Tokens), Amount.Count(row.LayerTokenPasses), Amount.Count(sum.Projections),
                Amount.Count(sum.FeedForward), Amount.Count(sum.Attention), Amount.Count(sum.Logits),
                Amount.Bytes(row.CacheBytes), Amount.Short(row.TimePerToken.TotalMilliseconds));
        }
        Table growth = Tables.New(["One more token", .. result.Growth.Select(row => $"#{Mode(row.Cache)}")]);
        foreach ((string what, Func<CacheGrowth, double> power) in Powers) growth.AddRow([what, .. result.Growth.Select(row => Named(power(row)))]);
        growth.AddRow(["Time", .. result.Growth.Select(row => $"{Number(row.Time)} ({Number(row.LeastTime)} to {Number(row.MostTime)})")]);
        Tables.Write(console, work);
        terminal.Note(
            "Sums since the beginning, counted: passes (a layer, a token), and multiply-adds of the projections, the feed-forward network, attention and " +
                "the logits. The time is the mean since the row before, measured: the median of five runs.");
        Tables.Write(console, growth);
        terminal.Note(
            "The power of the text's length that the work of one more token grows with; the whole text's grows with one power more. Fitted through the " +
                "rows but the first; of the time the median of five runs, and the least and the largest.");
        terminal.WriteLine(Saved(result.Rows));
        ExperimentWords.Note(terminal, CacheStudy.Claim, weak);
        terminal.WriteLine(result.TokensEqual ? "The tokens are the same." : "THE TOKENS DIFFER, which they never should: please report this.");
    }

    private static PlotPanel[] Panels(IReadOnlyList<CacheStudyRow> rows)
    {
        return
        [
            new("Tokens of the text", "Multiply-adds of one more token, millions", [Series(true, Work), Series(false, Work)]) { FromZero = true },
            new("Tokens of the text", "Milliseconds of one more token, measured", [Series(true, Time), Series(false, Time)]) { FromZero = true },
        ];

        PlotSeries Series(bool cache, Func<CacheStudyRow, double> value) => new(
            $"{Mode(cache)} the cache",     // without the first row, which has the prompt in it
            [.. rows.Where(row => row.Cache == cache).Skip(1).Select(row => new PlotPoint(row.Length, value(row)))]);
        static double Work(CacheStudyRow row) => (row.Window.Projections + row.Window.FeedForward + row.Window.Attention + row.Window.Logits) / 1e6;
        static double Time(CacheStudyRow row) => row.TimePerToken.TotalMilliseconds;
    }

    /// <summary>What the cache saved by the end of the text.</summary>
    internal static string Saved(IReadOnlyList<CacheStudyRow> rows)
    {
        CacheStudyRow with = rows.Last(row => row.Cache), without = rows.Last(row => !row.Cache);
        return $"With the cache: {Times(without.LayerTokenPasses, with.LayerTokenPasses)} fewer passes, " +
            $"{Times(All(without.MultiplyAdds), All(with.MultiplyAdds))} fewer multiply-adds.";

        static long All(MultiplyAdds sum) => sum.Projections + sum.FeedForward + sum.Attention + sum.Logits;
        static string Times(long more, long less) => $"{Amount.Short(more / (double)less)} times";
    }

    private static (string What, Func<CacheGrowth, double> Power)[] Powers =>
        [("Passes", row => row.LayerTokenPasses), ("Projections", row => row.Projections), ("Feed-forward", row => row.FeedForward),
            ("Attention", row => row.Attention), ("Logits", row => row.Logits)];

    private static string Mode(bool cache) => cache ? "with" : "without";

    /// <summary>A power, with its name if it is close to one: work that grows up to a window and is constant after it has none.</summary>
    internal static string Named(double power) => Number(power) + (Math.Abs(power - Math.Round(power)) > Near ? "" : Math.Round(power) switch
    {
        0 => " same",
        1 => " linear",
        2 => " quadratic",
        _ => "",
    });

    private static string Number(double power) => (Math.Round(power, 2) + 0.0).ToString("F2", CultureInfo.InvariantCulture);    // no -0.00
}
