using System.Runtime.CompilerServices;
using Sandglass.Chat;
using Sandglass.Generation;

namespace Sandglass;

/// <summary>An answer in progress: its tokens as they come, and the outcome once it is over. Then the conversation has what was said and answered.</summary>
/// <remarks>
/// One reader. Leaving the loop, disposing of its enumerator or of this object cancels the answer; the conversation keeps what was read of it, or stays as it
/// was where that is nothing.
/// </remarks>
/// <example>
/// <code>
/// await using ConversationTurn turn = talk.SayAsync("Tell me a tale.");
/// await foreach (GeneratedToken token in turn)
///     Console.Write(token.Text);
/// GenerationResult result = await turn.Result;
/// Console.WriteLine($" [{result.CachedTokens} of {result.PromptIds.Count} tokens were read before]");
/// </code>
/// </example>
public sealed class ConversationTurn : IAsyncEnumerable<GeneratedToken>, IAsyncDisposable
{
    private readonly Conversation _conversation;
    private readonly ChatMessage[] _asked;
    private readonly ReadText _read;
    private readonly TextGeneration _generation;
    private readonly List<GeneratedToken> _answer = [];
    private readonly TaskCompletionSource<GenerationResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _hasReader, _isOver;

    internal ConversationTurn(Conversation conversation, ChatMessage[] asked, ReadText read, TextGeneration generation) =>
        (_conversation, _asked, _read, _generation) = (conversation, asked, read, generation);

    /// <summary>How it went, with the answer as the conversation has it. A cancelled answer is a result too.</summary>
    /// <remarks>Asked for before anybody reads the tokens, it reads them itself.</remarks>
    public Task<GenerationResult> Result
    {
        get
        {
            if (Interlocked.Exchange(ref _hasReader, 1) == 0) _ = ReadAllAsync(new Reader(this, CancellationToken.None));
            return _result.Task;
        }
    }

    /// <summary>The tokens, in order; ends when the answer does, also when it is cancelled.</summary>
    /// <param name="cancellationToken">Ends the answer at its next token.</param>
    /// <exception cref="InvalidOperationException">The tokens are or were read, by another loop or by <see cref="Result"/>.</exception>
    public IAsyncEnumerator<GeneratedToken> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _hasReader, 1) == 1) throw new InvalidOperationException("The tokens of an answer are handed out once.");
        return new Reader(this, cancellationToken);
    }

    /// <summary>The tokens, read with or without the caller's synchronization context.</summary>
    public ConfiguredCancelableAsyncEnumerable<GeneratedToken> ConfigureAwait(bool continueOnCapturedContext) =>
        TaskAsyncEnumerableExtensions.ConfigureAwait<GeneratedToken>(this, continueOnCapturedContext);     // both interfaces have an extension of this name

    /// <summary>Ends the answer at its next token, unless it is over; the conversation keeps what was read of it. A failure is not thrown.</summary>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _hasReader, 1);
        await _generation.DisposeAsync().ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
    }

    private static async Task ReadAllAsync(Reader reader)
    {
        try
        {
            while (await reader.MoveNextAsync().ConfigureAwait(false)) { }
        }
        catch
        {
            // the result has it
        }
    }

    private void Keep(GeneratedToken token)
    {
        lock (_answer) _answer.Add(token);
    }

    private GeneratedToken[] Kept()
    {
        lock (_answer) return [.. _answer];
    }

    /// <summary>Nothing more is read: the conversation gets what there is, once.</summary>
    private async Task EndAsync()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 1) return;
        GeneratedToken[] answer = Kept();       // what its reader gets after this comes too late
        await _generation.Result.ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
        if (_generation.Result is { IsCompletedSuccessfully: true, Result: GenerationResult result })
        {
            if (answer.Length < result.CompletionTokens)     // its reader left; what was written and not read is no part of the conversation
                result = result with { Finish = FinishReason.Cancelled, Text = string.Concat(answer.Select(token => token.Text)) };
            bool isNothing = result.Finish == FinishReason.Cancelled && result.Text.Length == 0;
            _conversation.End(_asked, _read, isNothing ? null : answer);
            _result.TrySetResult(result);
        }
        else
        {
            _conversation.End(_asked, _read, answer: null);
            _result.TrySetException(_generation.Result.Exception!.InnerExceptions);
            _ = _result.Task.Exception;     // observed: a caller may read the tokens alone, and gets the failure there
        }
    }

    /// <summary>The loop's own. Not an iterator method: disposed of before its first step, that would not notice.</summary>
    private sealed class Reader(ConversationTurn turn, CancellationToken cancellation) : IAsyncEnumerator<GeneratedToken>
    {
        private readonly IAsyncEnumerator<GeneratedToken> _tokens = turn._generation.GetAsyncEnumerator(cancellation);

        public GeneratedToken Current => _tokens.Current;

        public async ValueTask<bool> MoveNextAsync()
        {
            bool isToken = false;
            try
            {
                isToken = await _tokens.MoveNextAsync().ConfigureAwait(false);
                if (isToken) turn.Keep(_tokens.Current);
            }
            finally
            {
                if (!isToken) await turn.EndAsync().ConfigureAwait(false);
            }
            return isToken;
        }

        public async ValueTask DisposeAsync()
        {
            await _tokens.DisposeAsync().ConfigureAwait(false);
            await turn.EndAsync().ConfigureAwait(false);
        }
    }
}
