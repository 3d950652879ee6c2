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
    private readonly WordWrap _wrap = new(() => Terminal.Width);

    public void Begin(int[] _)
    {
        if (!terminal.OutputIsTerminal) terminal.Bytes.Write(text.Ids is null ? text.Utf8 : Encoding.UTF8.GetBytes(tokenizer.Decode(ids)));
        else if (terminal.HasColour) terminal.Output.Write(_wrap.Add(Spelled(ids[0]), "\e[2m"));
        else terminal.Output.WriteLine("    p      rank  token");
    }

    public void Token(TokenScore score)
    {
        if (!terminal.OutputIsTerminal) return;
        if (terminal.HasColour) terminal.Output.Write(_wrap.Add(Spelled(score.Next), Heat.Of(score.Logprob)));
        else terminal.Output.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{Math.Exp(score.Logprob),8:P2} {score.Rank,6}  {TokenText.Of(tokenizer, score.Next)}"));
    }

    public void End(Sum sum, bool cancelled)
    {
        if (terminal.HasColour)
        {
            terminal.Output.WriteLine(_wrap.Add(_decoder.Flush()) + _wrap.End());
            terminal.Output.WriteLine($"{Heat.Legend}");
        }
        else if (!terminal.OutputIsTerminal && text.Utf8 is not [.., (byte)'\n'])
        {
            terminal.EndLine();
        }
        terminal.Note(Said(sum, cancelled ? ids.Length - 1 : null));
        if (!terminal.OutputIsTerminal && terminal.ErrorIsTerminal) terminal.Note("Hint: a pipe gets the text alone; --json has the figures of each token.");
    }

    /// <summary>The sum in words; of a part of the text where it was cancelled before it came to all <paramref name="outOf"/> tokens.</summary>
    internal static string Said(Sum sum, int? outOf)
    {
        if (sum.Tokens == 0)
            return outOf is null
                ? "Nothing was scored: the first token has none before it. Give a text of two tokens or more."
                : $"cancelled: none of {Amount.Of(outOf.Value, "token")} was scored";
        string part = outOf is int all ? $"cancelled: the first {Amount.Whole(sum.Tokens)} of {Amount.Of(all, "token")} · " : "";
        string text = outOf is null ? "text" : "this part";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{part}log P({text}) = sum of log P(token | tokens before) = {sum.Logprob:F3} over {Amount.Of(sum.Tokens, "token")} " +
                $"({sum.Logprob / sum.Tokens:F3} a token) · perplexity {Amount.Short(sum.Perplexity)}");
    }

    // a control token adds nothing to the text, but it has a probability: its own name stands for it
    private string Spelled(int id)
    {
        ReadOnlySpan<byte> bytes = tokenizer.Bytes(id).Span;
        return Terminal.Harmless(bytes.IsEmpty ? tokenizer.Piece(id) : _decoder.Append(bytes));
    }
}
