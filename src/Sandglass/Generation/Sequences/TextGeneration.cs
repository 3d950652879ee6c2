using System.Threading.Channels;

namespace Sandglass.Generation;

/// <summary>A generation under way: the tokens as they come, and how it went once it is over.</summary>
/// <remarks>One listener. Who stops listening (leaves the loop) cancels the generation; nothing is left behind.</remarks>
public sealed class TextGeneration : IAsyncEnumerable<GeneratedToken>
{
    private readonly Channel<GeneratedToken> _tokens = Channel.CreateUnbounded<GeneratedToken>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource<GenerationResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _listening = new();
    private readonly CancellationTokenRegistration _cancellation;
    private bool _heard;

    internal TextGeneration(CancellationToken cancellation) => _cancellation = cancellation.UnsafeRegister(Cancel, _listening);

    /// <summary>How the generation went; done when the last token has been handed out. A cancelled one is a result too.</summary>
    public Task<GenerationResult> Result => _result.Task;

    internal CancellationToken Cancellation => _listening.Token;

    /// <summary>The tokens, in order; ends when the generation does, also when it is cancelled.</summary>
    /// <exception cref="InvalidOperationException">Somebody listens already, or did: tokens are handed out once.</exception>
    public async IAsyncEnumerator<GeneratedToken> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _heard, true)) throw new InvalidOperationException("The tokens of a generation are handed out once.");
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(Cancel, _listening);
        try
        {
            await foreach (GeneratedToken token in _tokens.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                yield return token;
            await Result.ConfigureAwait(false); // a failure of the engine's is the listener's too
        }
        finally
        {
            _listening.Cancel();
        }
    }

    internal void Emit(GeneratedToken token) => _tokens.Writer.TryWrite(token);

    internal void Complete(GenerationResult result)
    {
        _cancellation.Dispose(); // the caller's token may live much longer than this
        _result.TrySetResult(result);
        _tokens.Writer.TryComplete();
    }

    internal void Fail(Exception failure)
    {
        _cancellation.Dispose();
        _result.TrySetException(failure);
        _ = _result.Task.Exception; // observed: a caller may read the tokens alone, and gets the failure there
        _tokens.Writer.TryComplete();
    }

    private static void Cancel(object? listening) => ((CancellationTokenSource)listening!).Cancel();
}
