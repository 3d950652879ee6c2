using System.CommandLine;
using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary><c>sandglass chat</c>: a conversation, typed or through a pipe.</summary>
internal sealed class ChatCommand(Terminal terminal, Interruption interruption)
{
    private readonly ModelChoice _model = new();
    private readonly GenerationChoice _generation = new();
    private readonly BeamChoice _beams = new();
    private readonly Option<string?> _system = new("--system") { Description = "What the model is told before all else.", HelpName = "TEXT" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object for every answer." };

    public Command Create()
    {
        Command command = new(
            "chat", "Talk with a model. Through a pipe, each line is said and each answer ends with a line break; /help lists what else can be said.");
        command.Add(_system);
        _model.AddTo(command);
        _generation.AddTo(command, withTokens: false);
        _beams.AddTo(command);
        command.Add(_json);
        command.SetAction(ChatAsync);
        return command;
    }

    private async Task<int> ChatAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(_system) is string system) CommandLineWord.RefuseText(_system.Name, system);
        GenerationOptions options = _generation.Options(parsed) with { Beams = _beams.Options(parsed) };
        using LanguageModel model = _model.Load(parsed, terminal, draft: _generation.DraftModel(parsed));
        if (options.Beams is not null) _generation.NoteBesideBeams(parsed, terminal);
        if (model.ChatTemplate.Hint is string hint) terminal.Note($"Hint: {hint}");

        bool json = parsed.GetValue(_json);
        ChatOutput output = new(terminal, model.Tokenizer, json);
        ChatSession session = new(terminal, interruption, output, model.StartConversation(parsed.GetValue(_system), options));
        ITurnInput input = terminal.InputIsPiped ? new PipedTurns() : new TypedTurns(terminal, interruption, session.Words.Names);
        if (!terminal.InputIsPiped) terminal.Note(
            $"{model.Name}, context of {Amount.Whole(model.Context)} tokens. /help says what can be done; Ctrl-C ends an answer, Ctrl-D the conversation.");
        if (!terminal.InputIsPiped) interruption.ForgiveLate();     // a conversation is gone when the program ends
        return await session.RunAsync(input, goesOn: !terminal.InputIsPiped, cancellation);
    }
}
