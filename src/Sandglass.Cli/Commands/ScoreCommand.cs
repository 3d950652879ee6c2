using System.CommandLine;
using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary>
/// <c>sandglass score [TEXT]</c>: how likely the model finds a text, token by token: log P(text) is the sum of log P(token | tokens before it).
/// </summary>
internal sealed class ScoreCommand(Terminal terminal)
{
    private readonly ModelChoice _model = new();
    private readonly PromptSource _text = new("TEXT", "The text to score; without it standard input, when that is a pipe, and - always.");
    private readonly Option<int?> _logprobs = NumberOption.Whole("--logprobs", "With --json: the N likeliest tokens at each position.", 0, 1000);
    private readonly Option<bool> _hashLogits = new("--hash-logits")
    {
        Description = "With --json: a hash of each position's logits; equal bits have equal hashes.",
    };
    private readonly Option<int?> _prefillChunk = NumberOption.Whole(
        "--prefill-chunk", "Tokens that go through the model at once. The output does not depend on it.", 1, int.MaxValue);
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object for every scored token, and one for the sum." };

    public Command Create()
    {
        Command command = new(
            "score",
            "Say how likely the model finds a text, token by token: a terminal shows it in the colours of the probabilities, a pipe gets the text only, " +
                "and --json the figures of each token.");
        _text.AddTo(command);
        _model.AddTo(command);
        foreach (Option option in (Option[])[_logprobs, _hashLogits, _prefillChunk, _json]) command.Add(option);
        command.SetAction(ScoreAsync);
        return command;
    }

    private async Task<int> ScoreAsync(ParseResult parsed, CancellationToken cancellation)
    {
        Prompt text = await _text.ReadAsync(parsed, terminal, cancellation)
            ?? throw new WrongInputException(
                "There is no text. Give one: sandglass score \"The cat sat on the mat\", through a pipe, or with --prompt-file FILE.");
        using LanguageModel model = _model.Load(parsed, terminal);
        int[] ids = text.Encode(model.Tokenizer, terminal);
        ContextLimit.Refuse("The text", ids, model);
        bool json = parsed.GetValue(_json);
        IdleOption.Note(parsed, terminal, json, _logprobs, _hashLogits);

        using ProgressLine<(int Read, int Total)> progress = new(terminal, p => $"Reading: {Amount.Whole(p.Read)} of {Amount.Whole(p.Total)} tokens");
        ScoreOptions options = new()
        {
            Logprobs = parsed.GetValue(_logprobs) ?? 0,
            HashLogits = parsed.GetValue(_hashLogits),
            PrefillChunk = parsed.GetValue(_prefillChunk) ?? 0,
            Progress = terminal.OutputIsTerminal ? null : progress,     // in a terminal the text itself is the progress
        };
        IAsyncEnumerable<TokenScore> scores = model.ScoreAsync(ids, options, cancellation);     // refuses what it must before anything is shown
        IScoreOutput output = json ? new ScoreJson(terminal.Bytes, model.Options.Compute) : new ScoreText(terminal, model.Tokenizer, text, ids);
        Sum sum = new();
        bool cancelled = false;
        try
        {
            output.Begin(ids);
            await foreach (TokenScore score in scores)
            {
                sum.Add(score.Logprob);
                output.Token(score);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            cancelled = true;
        }
        progress.Dispose();
        output.End(sum, cancelled);
        return cancelled ? ExitCode.Cancelled : ExitCode.Done;
    }
}
