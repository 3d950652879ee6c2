using System.CommandLine;
using System.CommandLine.Parsing;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary>What an experiment scores: texts that the model draws, or pieces of a given one.</summary>
internal sealed class StudyTextChoice(int texts, int tokens, Option<ulong?> seed)
{
    private readonly PromptSource _prompt = new("PROMPT", $"What the model's own texts begin with. [default: {PromptSource.Beginning}]");
    private readonly Option<string?> _text = new("--text")
    {
        Description = "Score pieces of this text, in UTF-8, instead of texts that the model draws; of each piece the second half.",
        HelpName = "FILE",
    };
    private readonly Option<int?> _texts = NumberOption.Whole("--n", $"Texts, or pieces at most. [default: {texts}]", 1, 64);
    private readonly Option<int?> _tokens = NumberOption.Whole("--max-tokens", $"Tokens of each. [default: {tokens}]", 2, int.MaxValue, "-n");

    public void AddTo(Command command)
    {
        _prompt.AddTo(command);
        foreach (Option option in (Option[])[_text, _texts, _tokens, seed]) command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_text) is null) return;
            string? beside = result.Children.OfType<OptionResult>().Where(option => !option.Implicit).Select(option => option.Option.Name)
                .FirstOrDefault(name => name is "--seed" or "--prompt-file" or "--ids" or "--no-bos" or "--no-special");
            if (PromptSource.TextOf(command) is Argument prompt && result.GetResult(prompt) is { Tokens.Count: > 0 }) beside = prompt.Name;
            if (beside is not null) result.AddError($"{beside} does nothing beside --text: nothing is drawn. Leave out one.");
        });
    }

    /// <summary>The texts, and the seed that they were drawn with, if they were.</summary>
    public async Task<(StudyText Text, ulong? Seed)> ReadAsync(ParseResult parsed, Terminal terminal, LanguageModel model, CancellationToken cancellation)
    {
        int count = parsed.GetValue(_texts) ?? texts, length = parsed.GetValue(_tokens) ?? tokens;
        if (parsed.GetValue(_text) is string file)
        {
            byte[] utf8 = await TextFile.ReadAsync(_text.Name, file, cancellation);
            if (TextHints.OfBytes(utf8) is string hint) terminal.Note(hint);
            return (StudyText.Cut(model, utf8, count, length), null);
        }
        Prompt prompt = await _prompt.ReadOrBeginAsync(parsed, terminal, cancellation);
        ulong first = parsed.GetValue(seed) ?? 1;
        return (await StudyText.DrawAsync(model, prompt.Encode(model.Tokenizer, terminal), count, length, first, cancellation), first);
    }
}
