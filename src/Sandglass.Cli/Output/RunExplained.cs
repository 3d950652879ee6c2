using System.Globalization;
using Sandglass.Generation;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Cli;

/// <summary>
/// <c>run --explain</c> for people and pipes: a line for each token that says why it was chosen, in the colour of its probability where there are colours.
/// </summary>
/// <param name="sample">Which of several samples it is, from 0.</param>
internal sealed class RunExplained(Terminal terminal, Tokenizer tokenizer, int sample) : IRunOutput
{
    private const string Certain = "the likeliest: no draw";         // at temperature 0
    private const int TokenWidth = 14, MostOthers = 3, WideRow = 120;   // below that a row has fewer digits

    private readonly bool _isNarrow = terminal.OutputIsTerminal && Terminal.Width < WideRow;
    private bool _begun = sample > 0;       // the first one has said what the columns are

    public void Token(GeneratedToken token, bool isShared)
    {
        Explanation why = token.Explanation!;
        Begin(why);
        string line = _isNarrow ? Narrow(why, token) : Wide(why, token);
        string shown = TokenText.Of(tokenizer, token.Id).PadRight(TokenWidth);
        terminal.Output.Write(terminal.HasColour ? $"{Heat.Of(token.Logprob)}{shown}\e[0m" : shown);
        terminal.Output.Write(line);
        string others = Others(why, terminal.OutputIsTerminal ? Terminal.Width - 1 - shown.Length - line.Length : int.MaxValue);
        terminal.Output.WriteLine(terminal.HasColour && others.Length > 0 ? $"\e[2m{others}\e[0m" : others);
    }

    public void End(GenerationResult result)
    {
        if (terminal is { HasColour: true, IsQuiet: false } && sample == 0) terminal.Error.WriteLine(Heat.Legend);
        terminal.Note(Figures.Of(result));
    }

    private static string Wide(Explanation why, GeneratedToken token) => string.Create(CultureInfo.InvariantCulture,
        $"{Math.Exp(token.Logprob),8:P2} {why.Rank,5} {Chosen(why, token.Id),8:P2} {why.Kept,6} {why.EntropyRaw,6:F2} {why.EntropyFinal,6:F2}  " +
            $"{Draw(why, $"{why.Draw:F4} in [{why.Interval.From:F4}, {why.Interval.To:F4})"),-26}");

    private static string Narrow(Explanation why, GeneratedToken token) => string.Create(CultureInfo.InvariantCulture,
        $"{Math.Exp(token.Logprob),7:P1} {why.Rank,5} {Chosen(why, token.Id),7:P1} {why.Kept,6} {why.EntropyRaw,5:F2} {why.EntropyFinal,5:F2}  " +
            $"{Draw(why, $"{why.Draw:F3} [{why.Interval.From:F3}, {why.Interval.To:F3})"),-20}");

    private static string Draw(Explanation why, FormattableString drawn) => why.IsLikeliest ? Certain : FormattableString.Invariant(drawn);

    /// <summary>The likeliest others, as many as there is room for.</summary>
    private string Others(Explanation why, int room)
    {
        string others = "";
        foreach (Alternative other in why.Alternatives.Take(MostOthers))
        {
            string next = $"{others}  {Other(other)}";
            if (next.Length > room) break;
            others = next;
        }
        return others;
    }

    private void Begin(Explanation first)
    {
        if (_begun) return;
        _begun = true;
        string stages = first.Stages.Count == 0 ? "none: the likeliest token" : string.Join(", ", first.Stages.Select(stage => stage.Name));
        terminal.Note(
            $"Stages: {stages}. model: the token's probability in the model's own distribution; final: in the one that was drawn from; kept: ids that no " +
                "stage removed; nats, after: the entropy of the model's distribution and of the final one; others: the likeliest, with their final " +
                $"probability or the stage that removed them{(_isNarrow ? ", as many as the terminal has room for" : "")}.");
        terminal.Note(_isNarrow
            ? $"{"token",-TokenWidth}{"model",7} {"rank",5} {"final",7} {"kept",6} {"nats",5} {"after",5}  draw in its interval"
            : $"{"token",-TokenWidth}{"model",8} {"rank",5} {"final",8} {"kept",6} {"nats",6} {"after",6}  {"draw in its interval",-26}  others, and what " +
                $"removed them");
    }

    private static float Chosen(Explanation why, int id) => why.Final.FirstOrDefault(token => token.Id == id).Probability;

    private string Other(Alternative other)
    {
        string fate = other.RemovedBy ?? other.Probability.ToString("P1", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{TokenText.Of(tokenizer, other.Id)} {Math.Exp(other.Logprob):P1} ({fate})");
    }
}
