using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary>A conversation at the keyboard or through a pipe: what comes in is said, or is a word with a slash.</summary>
internal sealed class ChatSession
{
    private readonly Terminal _terminal;
    private readonly Interruption _interruption;
    private readonly ChatOutput _output;
    private readonly Conversation _talk;
    private GenerationResult? _last;        // of the answer that stands last; null where this session wrote none
    private int _written;                   // tokens of it that the conversation has
    private readonly HashSet<string> _files = [];       // where this conversation was saved to or loaded from
    private ulong _agains;                  // a given seed would give the same answer again
    private bool _isOver;

    public ChatSession(Terminal terminal, Interruption interruption, ChatOutput output, Conversation talk)
    {
        (_terminal, _interruption, _output, _talk) = (terminal, interruption, output, talk);
        Words = new ChatWords(
        [
            new("system", "[TEXT]", "what the model is told before all else: show, change; - for nothing", (text, _) => Done(() => System(text))),
            new("undo", "", "take the last turn back", (_, _) => Done(Undo)),
            new("again", "", "answer the last message once more, in another way", (_, cancellation) => AgainAsync(cancellation)),
            new("why", "", "the last answer token by token: chances, draw, alternatives", (_, cancellation) => WhyAsync(cancellation)),
            new("clear", "", "begin anew; what /system says stays", (_, _) => Done(Clear)),
            new("save", "FILE", "write the conversation to a file (JSON), never over another one",
                (path, _) => Done(() => Save(path, mayReplace: _files.Contains(Path.GetFullPath(path))))),
            new("save!", "FILE", "the same, over whatever file is there", (path, _) => Done(() => Save(path, mayReplace: true))),
            new("load", "FILE", "go on with a conversation from a file", (path, _) => Done(() => Load(path))),
            new("help", "", "this list", (_, _) => Done(Help)),
            new("exit", "", "end the program, as Ctrl-D does", (_, _) => Done(() => _isOver = true)),
        ]);
    }

    /// <summary>What begins with a slash.</summary>
    public ChatWords Words { get; }

    /// <summary>Reads and answers until nothing more comes.</summary>
    /// <param name="goesOn">Whether what goes wrong is told and the conversation goes on, as a person wants it; a pipe ends.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(ITurnInput input, bool goesOn, CancellationToken cancellation)
    {
        while (!_isOver && await input.NextAsync(cancellation) is string said)
        {
            if (said.Length == 0) continue;
            try
            {
                if (ChatWords.IsText(said, out string text)) await SayAsync(text, cancellation);
                else await Words.DoAsync(said, cancellation);
            }
            catch (Exception failure) when (goesOn && !cancellation.IsCancellationRequested && IsOrdinary(failure) && !_terminal.ReaderLeft(failure))
            {
                ErrorMessage.Of(failure).Tell(_terminal, json: false);
            }
            if (cancellation.IsCancellationRequested) break;
        }
        return cancellation.IsCancellationRequested ? ExitCode.Cancelled : ExitCode.Done;
    }

    private static bool IsOrdinary(Exception failure) => failure is SandglassException or WrongInputException or IOException or UnauthorizedAccessException;

    private Task SayAsync(string text, CancellationToken cancellation)
    {
        _agains = 0;
        return AnswerAsync((options, token) => _talk.SayAsync(text, options, token), _talk.Options, cancellation);
    }

    private Task AgainAsync(CancellationToken cancellation)
    {
        if (_talk.Messages is not [.., { Role: not "system" }]) throw new WrongInputException("Nothing was said yet that could be answered again.");
        if (_last is not null) _agains++;
        GenerationOptions options = _talk.Options;
        if (_last is not null && (options.Beams is not null || options.Sampling.Temperature == 0)) _terminal.Note(
            "Hint: where the likeliest is taken, the answer is the same each time; without --beams and with a --temperature above 0 it is another.");
        if (options.Sampling.Seed is ulong seed) options = options with { Sampling = options.Sampling with { Seed = unchecked(seed + _agains) } };
        return AnswerAsync((asked, token) => _talk.AgainAsync(asked, token), options, cancellation);
    }

    private async Task AnswerAsync(Func<GenerationOptions, CancellationToken, ConversationTurn> ask, GenerationOptions options, CancellationToken cancellation)
    {
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using IDisposable redirected = _interruption.Redirect(ends);
        using ProgressLine<(int Read, int Total)> progress = new(
            _terminal, p => $"Reading: {Amount.Whole(p.Read)} of {Amount.Whole(p.Total)} tokens");
        await using ConversationTurn turn = ask(options with { PromptProgress = progress }, ends.Token);
        _output.Begin();
        int written = 0;
        await foreach (GeneratedToken token in turn)
        {
            progress.Dispose();
            _output.Add(token.Text);
            written++;
        }
        progress.Dispose();
        GenerationResult result = await turn.Result;
        _output.End(result);
        if (result is { Finish: FinishReason.Cancelled, Text: "" }) return;     // it left no trace
        (_last, _written) = (result, written);
    }

    /// <summary>The last answer comes again, bit for bit, and is asked for its reasons this time.</summary>
    private async Task WhyAsync(CancellationToken cancellation)
    {
        if (_last is not GenerationResult last) throw new WrongInputException("There is no answer of this session yet that could be explained.");
        if (last.Beams is not null) throw new WrongInputException("/why tells of tokens that were drawn, and with --beams none is: leave --beams out.");
        if (_talk.Options.DraftRejection)
            throw new WrongInputException("/why writes the answer again, and with --draft-rejection it would be another: leave that out.");
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using IDisposable redirected = _interruption.Redirect(ends);
        GenerationOptions options = _talk.Options with
        {
            Explain = true,
            Draft = DraftKind.None,
            TimeLimit = null,
            MaxTokens = _written,
            MinTokens = Math.Min(_talk.Options.MinTokens, _written),
            Sampling = _talk.Options.Sampling with { Seed = last.Seed },
        };
        await _output.ExplainAsync(_talk.Model.GenerateAsync(last.PromptIds, options, ends.Token));
    }

    private void System(string text)
    {
        if (text.Length > 0) _talk.System = text == "-" ? null : text;
        _terminal.Note(_talk.System is string system ? $"system: {Terminal.Harmless(system)}" : "The model is told nothing before all else.");
    }

    private void Undo()
    {
        string said = _talk.Undo() ?? throw new WrongInputException("Nothing was said yet that could be taken back.");
        _last = null;
        _terminal.Note($"Taken back: {Terminal.Harmless(said)}");
    }

    private void Clear()
    {
        _talk.Clear();
        _files.Clear();
        _last = null;
        _terminal.Note("The conversation begins anew.");
    }

    private void Save(string path, bool mayReplace)
    {
        SavedChat.Write(path, _talk, mayReplace);
        _files.Add(Path.GetFullPath(path));
        _terminal.Note($"{Amount.Of(_talk.Messages.Count, "message")} written to {path}.");
    }

    private void Load(string path)
    {
        _talk.Restore(SavedChat.Read(path));
        _files.Clear();
        _files.Add(Path.GetFullPath(path));
        _last = null;
        bool isOpen = _talk.Messages is [.., { Role: "user" }];
        _terminal.Note($"{Amount.Of(_talk.Messages.Count, "message")} from {path}.{(isOpen ? " The last one has no answer: /again gives one." : "")}");
    }

    private void Help()
    {
        foreach (string line in Words.Help) _terminal.Note(line);
        if (!_terminal.InputIsPiped) foreach (string line in TypedTurns.Help) _terminal.Note(line);
        _terminal.Note("A text that begins with a slash is written with two: //etc is a path.");
    }

    private static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
