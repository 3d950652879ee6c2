using System.Text;

namespace Sandglass.Generation;

/// <summary>The engine's side of a <see cref="TextGeneration"/>, or of a <see cref="TextTrace"/>: tokens, or steps, go in as they come, then the
/// outcome.</summary>
/// <remarks>It does not refer to the caller's object, so a generation that its caller has dropped is collected, and its finalizer ends the work.</remarks>
internal sealed class GenerationOutput
{
    private readonly TaskCompletionSource<GenerationResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _callersToken;
    private readonly ProgressRelay<(int Read, int Total)>? _progress;
    private readonly StringBuilder _text = new();
    private readonly List<GeneratedToken> _found = [];

    /// <param name="cancellation">The caller's own.</param>
    /// <param name="tokens">The queue of its tokens; null for one of its own.</param>
    /// <param name="progress">Of the prompt that is read for it: the caller hears all of it before the first token and before the outcome.</param>
    /// <param name="steps">The queue of a trace's steps, in which its tokens are; null where nothing is traced.</param>
    public GenerationOutput(
        CancellationToken cancellation = default, OutputQueue<GeneratedToken>? tokens = null, ProgressRelay<(int Read, int Total)>? progress = null,
        OutputQueue<TraceStep>? steps = null)
    {
        (Tokens, Steps, _progress) = (tokens ?? new OutputQueue<GeneratedToken>(), steps, progress);
        _callersToken = cancellation.UnsafeRegister(static output => ((GenerationOutput)output!).Cancel(), this);
    }

    public OutputQueue<GeneratedToken> Tokens { get; }

    /// <summary>Of a trace, which has no other reader; else null.</summary>
    public OutputQueue<TraceStep>? Steps { get; }

    public Task<GenerationResult> Result => _result.Task;

    /// <summary>Completed when the caller's handler has got all progress so far.</summary>
    public Task ProgressDelivered => _progress?.Delivered ?? Task.CompletedTask;

    public CancellationToken Cancellation => Steps is null ? Tokens.Cancellation : Steps.Cancellation;

    /// <summary>Whether the reader is so far behind that the text rests.</summary>
    public bool IsFull => Steps is null ? Tokens.IsFull : Steps.IsFull;

    /// <summary>Ends the text at its next token.</summary>
    public void Cancel()
    {
        if (Steps is null) Tokens.Cancel();
        else Steps.Cancel();
    }

    /// <summary>Has this called when the text is cancelled: see <see cref="OutputQueue{T}.Watch"/>.</summary>
    public void Watch(Action cancelled)
    {
        if (Steps is null) Tokens.Watch(cancelled);
        else Steps.Watch(cancelled);
    }

    /// <summary>Hands a token out; one that is traced goes out with its step.</summary>
    public void Emit(GeneratedToken token)
    {
        _text.Append(token.Text);
        if (Steps is null) Tokens.Put(token);
    }

    /// <summary>Keeps a token of the text that traced beams found, of which no step tells: they are asked for at the end.</summary>
    public void Keep(GeneratedToken token)
    {
        _text.Append(token.Text);
        _found.Add(token);
    }

    /// <summary>What was kept; to be read when the outcome is there.</summary>
    public IReadOnlyList<GeneratedToken> Found => _found;

    /// <summary>Hands a step of a trace out.</summary>
    public void Emit(TraceStep step) => Steps!.Put(step);

    public void Complete(GenerationResult result) => End(result with { Text = _text.ToString() }, null);

    public void Fail(Exception failure) => End(null, failure);

    private void End(GenerationResult? result, Exception? failure)
    {
        _callersToken.Unregister();     // the caller's token may live much longer than this
        Task delivered = ProgressDelivered;
        if (delivered.IsCompleted) Tell(result, failure);
        else delivered.ContinueWith(_ => Tell(result, failure), TaskScheduler.Default);
    }

    private void Tell(GenerationResult? result, Exception? failure)
    {
        failure ??= _progress?.Failure;
        if (failure is null) _result.TrySetResult(result!);
        else _result.TrySetException(failure);
        _ = _result.Task.Exception;     // observed: a caller may read the tokens alone, and gets the failure there
        Tokens.End();
        Steps?.End();
    }
}
