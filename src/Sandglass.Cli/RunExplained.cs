using System.Globalization;
using Sandglass.Generation;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Cli;

/// <summary><c>run --explain</c> for people and pipes: a line for each token that says why it was chosen, in the colour of its probability where there are colours.</summary>
internal sealed class RunExplained(Terminal terminal, Tokenizer tokenizer) : IRunOutput
{
    private const int Width = 14;
    private bool _begun;

    public void Token(GeneratedToken token, bool isShared)
    {
        Explanation why = token.Explanation!;
        Begin(why);
        string line = string.Create(CultureInfo.InvariantCulture, $"{Math.Exp(token.Logprob),8:P2} {why.Rank,5} {Chosen(why, token.Id),8:P2} {why.Kept,6} {why.EntropyRaw,6:F2} {why.EntropyFinal,6:F2}  {why.Draw:F4} in [{why.Interval.From:F4}, {why.Interval.To:F4})");
        string shown = Spelled(token.Id).PadRight(Width);
        terminal.Output.Write(terminal.HasColour ? $"{Heat.Of(token.Logprob)}{shown}\e[0m" : shown);
        terminal.Output.Write(line);
        string others = string.Join("  ", why.Alternatives.Take(3).Select(Other));
        terminal.Output.WriteLine(terminal.HasColour ? $"  \e[2m{others}\e[0m" : $"  {others}");
    }

    public void End(GenerationResult result)
    {
        if (terminal.HasColour) terminal.Error.WriteLine(Heat.Legend);
        terminal.Note(Figures.Of(result));
    }

    private void Begin(Explanation first)
    {
        if (_begun) return;
        _begun = true;
        string steps = first.Stages.Count == 0 ? "no step: the likeliest token" : string.Join(", ", first.Stages.Select(stage => stage.Name));
        terminal.Note($"Steps: {steps}. model: the token's probability in the model's own distribution; final: in the one that was drawn from; kept: ids that no step removed.");
        terminal.Note($"{"token",-Width}{"model",8} {"rank",5} {"final",8} {"kept",6} {"nats",6} {"final",6}  the draw and the token's interval; others, and the step that removed them");
    }

    private static float Chosen(Explanation why, int id) => why.Final.FirstOrDefault(token => token.Id == id).Probability;

    private string Other(Alternative other)
    {
        string fate = other.RemovedBy ?? other.Probability.ToString("P1", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{Spelled(other.Id)} {Math.Exp(other.Logprob):P1} ({fate})");
    }

    /// <summary>In quotes where it is text, with its line breaks spelled; a control token, or a part of a character, as the vocabulary has it.</summary>
    private string Spelled(int id)
    {
        string text = tokenizer.Decode([id]);
        if (text.Length == 0 || text.Contains('\uFFFD', StringComparison.Ordinal)) return Terminal.Harmless(tokenizer.Piece(id));
        return Terminal.Harmless($"\"{text.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)}\"");
    }
}
