using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sandglass.ModelFiles;
using Sandglass.Tokenization;

namespace Sandglass.Cli;

/// <summary><c>sandglass tokenize [TEXT]</c>: a text as the model sees it, and back. Needs a vocabulary, no weights.</summary>
internal sealed class TokenizeCommand(Terminal terminal)
{
    private readonly ModelChoice _model = new();
    private readonly PromptSource _text = new("TEXT", "The text; without it standard input, when that is a pipe, and - always.");
    private readonly Option<int[]?> _decode = NumberOption.TextIds("--decode", "Token ids to turn into text.");
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object." };

    public Command Create()
    {
        Command command = new("tokenize", "Show a text as tokens, or tokens as text.");
        _text.AddTo(command, withIds: false, instead: _decode);
        command.Add(_decode);
        _model.AddNameTo(command);
        command.Add(_json);
        command.SetAction(TokenizeAsync);
        return command;
    }

    private async Task<int> TokenizeAsync(ParseResult parsed, CancellationToken cancellation)
    {
        bool decode = parsed.GetResult(_decode) is not null;
        Prompt? text = decode ? null : await _text.ReadAsync(parsed, terminal, cancellation)
            ?? throw new WrongInputException("There is no text. Give one: sandglass tokenize \"Once upon a time\", through a pipe, or with --decode 1,2,3.");
        using ModelFile file = _model.Open(parsed);
        Tokenizer tokenizer = Tokenizer.From(file.Metadata);
        ModelChoice.NoteDoubts(terminal, tokenizer);

        bool json = parsed.GetValue(_json);
        if (decode) Decode(tokenizer, parsed.GetValue(_decode)!, json);
        else Encode(tokenizer, text!, json);
        return ExitCode.Done;
    }

    private void Decode(Tokenizer tokenizer, int[] ids, bool json)
    {
        if (ids.Length == 0) throw new WrongInputException("--decode: expected token ids with commas between them, found none.");
        foreach (int id in ids)
        {
            if (id >= tokenizer.VocabularySize)
                throw new WrongInputException($"--decode: expected ids from 0 to {tokenizer.VocabularySize - 1}, the model's vocabulary, found {id}.");
        }
        string text = tokenizer.Decode(ids);
        if (json)
        {
            JsonLines lines = new(terminal.Bytes);
            lines.Begin().WriteString("text", text);
            lines.End();
        }
        else if (terminal.OutputIsTerminal) terminal.Output.WriteLine(Terminal.Harmless(text));
        else terminal.Output.Write(text);
    }

    private void Encode(Tokenizer tokenizer, Prompt text, bool json)
    {
        TokenizedText tokens = tokenizer.Encode(text.Utf8, text.AddBos, text.ParseSpecial);
        text.Hint(tokenizer, terminal, tokens.Ids);
        if (json) WriteJson(tokenizer, tokens);
        else WriteTable(tokenizer, text, tokens);
    }

    private void WriteJson(Tokenizer tokenizer, TokenizedText tokens)
    {
        JsonLines lines = new(terminal.Bytes);
        Utf8JsonWriter writer = lines.Begin();
        writer.WriteIds("ids", tokens.Ids);
        writer.WriteStartArray("pieces");
        foreach (int id in tokens.Ids) writer.WriteStringValue(tokenizer.Piece(id));
        writer.WriteEndArray();
        writer.WriteStartArray("byteRanges");
        foreach ((int from, int to) in tokens.ByteRanges)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(from);
            writer.WriteNumberValue(to);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
        lines.End();
    }

    // two colours in turn show where one token ends; then a line a token
    private void WriteTable(Tokenizer tokenizer, Prompt text, TokenizedText tokens)
    {
        StringBuilder shown = new();
        if (terminal.HasColour)
        {
            IncrementalDecoder decoder = new();
            for (int i = 0; i < tokens.Ids.Length; i++)
            {
                (int from, int to) = tokens.ByteRanges[i];
                string piece = from == to ? "" : decoder.Append(text.Utf8.AsSpan(from, to - from));
                if (piece.Length > 0) shown.Append(CultureInfo.InvariantCulture, $"\e[{(i % 2 == 0 ? "7" : "4")}m{Terminal.Harmless(piece)}\e[0m");
            }
            shown.Append("\n\n");
        }
        for (int i = 0; i < tokens.Ids.Length; i++)
        {
            int id = tokens.Ids[i];
            string kind = tokenizer.Kind(id) is TokenKind.Normal or TokenKind.Undefined ? "" : $"  ({Name(tokenizer.Kind(id))})";
            shown.Append(CultureInfo.InvariantCulture, $"{id,7}  {TokenText.Of(tokenizer, id)}{kind}\n");
        }
        terminal.Output.Write(shown.ToString());
        terminal.Note($"{Amount.Whole(tokens.Ids.Length)} {(tokens.Ids.Length == 1 ? "token" : "tokens")} for {Amount.Whole(text.Utf8.Length)} bytes");
    }

    private static string Name(TokenKind kind) => kind switch
    {
        TokenKind.UserDefined => "user-defined",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
