using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Tokenization;

namespace Sandglass.Cli;

/// <summary>Answers on standard output: broken between words in a terminal, as they are in a pipe, an object each with <c>--json</c>. Each ends with a line
/// break.</summary>
internal sealed class ChatOutput(Terminal terminal, Tokenizer tokenizer, bool json)
{
    private readonly JsonLines _lines = new(terminal.Bytes);
    private WordWrap _wrap = new(() => Terminal.Width);
    private bool _begun;        // something of the answer can be seen

    /// <summary>An answer begins.</summary>
    public void Begin() => (_wrap, _begun) = (new WordWrap(() => Terminal.Width), false);

    /// <summary>The next piece of it.</summary>
    public void Add(string text)
    {
        if (json) return;
        if (!terminal.OutputIsTerminal)
        {
            terminal.Output.Write(text);
            return;
        }
        if (!_begun) text = text.TrimStart();       // nobody misses the blank after "Assistant:"
        _begun |= text.Length > 0;
        terminal.Output.Write(_wrap.Add(Terminal.Harmless(text)));
    }

    /// <summary>It is over.</summary>
    public void End(GenerationResult result)
    {
        if (json) WriteJson(result);
        else terminal.Output.Write(terminal.OutputIsTerminal ? _wrap.End() + "\n" : "\n");
        terminal.Note(Figures.OfTurn(result));
    }

    /// <summary>Shows the reasons of an answer as they come: as <c>run --explain</c> does.</summary>
    public async Task ExplainAsync(TextGeneration answer)
    {
        IRunOutput output = json ? new RunJson(terminal.Bytes, default) : new RunExplained(terminal, tokenizer, sample: 0);
        await foreach (GeneratedToken token in answer) output.Token(token, isShared: false);
    }

    private void WriteJson(GenerationResult result)
    {
        Utf8JsonWriter line = _lines.Begin();
        line.WriteString("role", "assistant");
        line.WriteString("content", result.Text);
        line.WriteString("finish", RunJson.Name(result.Finish));
        line.WriteNumber("promptTokens", result.PromptIds.Count);
        line.WriteNumber("cachedTokens", result.CachedTokens);
        line.WriteNumber("completionTokens", result.CompletionTokens);
        line.WriteNumber("seed", result.Seed);
        _lines.End();
    }
}
