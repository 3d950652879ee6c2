using System.Globalization;
using System.Text;
using Sandglass.Generation;
using Sandglass.Tokenization;

namespace Sandglass.Cli;

/// <summary>
/// <c>score</c> for people and pipes: in a terminal the text, each token in the colour of its probability (without colours: a line a token);
/// a pipe gets the text alone. The sum goes to standard error.
/// </summary>
internal sealed class ScoreText(Terminal terminal, Tokenizer tokenizer, Prompt text, int[] ids) : IScoreOutput
{
    private readonly IncrementalDecoder _decoder = new();

    public void Begin(int[] _)
    {
        if (!terminal.OutputIsTerminal) terminal.Bytes.Write(text.Ids is null ? text.Utf8 : Encoding.UTF8.GetBytes(tokenizer.Decode(ids)));
        else if (terminal.HasColour) terminal.Output.Write($"\e[2m{Spelled(ids[0])}\e[0m");
        else terminal.Output.WriteLine("    p      rank  token");
    }

    public void Token(TokenScore score)
    {
        if (!terminal.OutputIsTerminal) return;
        if (terminal.HasColour) terminal.Output.Write($"{Heat.Of(score.Logprob)}{Spelled(score.Next)}\e[0m");
        else terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Math.Exp(score.Logprob),8:P2} {score.Rank,6}  {Terminal.Harmless(tokenizer.Piece(score.Next))}"));
    }

    public void End(Sum sum)
    {
        if (terminal.HasColour)
        {
            terminal.Output.WriteLine(_decoder.Flush());
            terminal.Output.WriteLine($"{Heat.Legend}");
        }
        else if (terminal.ErrorIsTerminal && !terminal.OutputIsTerminal)
        {
            terminal.Error.WriteLine();
        }
        terminal.Note(sum.Tokens == 0
            ? "Nothing was scored: the first token has none before it. Give a text of two tokens or more."
            : string.Create(CultureInfo.InvariantCulture, $"log P(text) = sum of log P(token | tokens before) = {sum.Logprob:F3} over {Amount.Whole(sum.Tokens)} {(sum.Tokens == 1 ? "token" : "tokens")} ({sum.Logprob / sum.Tokens:F3} a token) · perplexity {Amount.Short(sum.Perplexity)}"));
    }

    // a control token adds nothing to the text, but it has a probability: its own name stands for it
    private string Spelled(int id)
    {
        ReadOnlySpan<byte> bytes = tokenizer.Bytes(id).Span;
        return Terminal.Harmless(bytes.IsEmpty ? tokenizer.Piece(id) : _decoder.Append(bytes));
    }
}
