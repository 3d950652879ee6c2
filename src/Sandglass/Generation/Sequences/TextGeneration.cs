using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Sandglass.Generation;

/// <summary>A generation in progress: its tokens as they come, and the outcome once it is over.</summary>
/// <remarks>
/// <para>One reader. Leaving the loop, disposing of the enumerator (read from or not) and disposing of this object cancel the generation. One that is
/// dropped is cancelled when it is collected as garbage, unless only its result was asked for; dispose of it where that is too late.</para>
/// <para>Tokens wait for their reader, <see cref="MostUnread"/> at most: then the generation rests, and goes on when half of them are read. Where only
/// <see cref="Result"/> is asked for it does not rest.</para>
/// </remarks>
/// <example>
/// <code>
/// await using TextGeneration generation = model.GenerateAsync("Once upon a time", new GenerationOptions { MaxTokens = 100 });
/// await foreach (GeneratedToken token in generation)
///     Console.Write(token.Text);
/// GenerationResult result = await generation.Result;
/// Console.WriteLine($" [{result.Finish}, seed {result.Seed}]");
/// </code>
/// </example>
public sealed class TextGeneration : IAsyncEnumerable<GeneratedToken>, IAsyncDisposable
{
    /// <summary>Tokens that wait for their reader before the generation rests. The last step may add a few more.</summary>
    public const int MostUnread = OutputQueue<GeneratedToken>.DefaultMost;

    private readonly GenerationOutput _output;

    internal TextGeneration(GenerationOutput output) => _output = output;

    /// <summary>Ends the work for a caller that dropped the generation.</summary>
    ~TextGeneration() => _output.Tokens.Abandon();

    /// <summary>How the generation went; done when its last token has been handed out. A cancelled one is a result too.</summary>
    /// <remarks>
    /// Asked for without reading the tokens, the generation runs to its end. Up to <see cref="MostUnread"/> tokens can still be read afterwards; where
    /// there are more, none is kept, and reading throws. A generation that no rule would ever end (a window, no limit of tokens or time, no stop, no
    /// cancellation token) is then cancelled when a quarter of that many tokens wait. A reader that stops in the middle without disposing of its enumerator
    /// waits here for ever: the text rests until it reads on.
    /// </remarks>
    public Task<GenerationResult> Result
    {
        get
        {
            _output.Tokens.AskForOutcome();
            Task<GenerationResult> result = _output.Result;
            GC.KeepAlive(this);
            return result;
        }
    }

    /// <summary>The tokens, in order; ends when the generation does, also when it is cancelled.</summary>
    /// <param name="cancellationToken">Ends the generation at its next token.</param>
    /// <exception cref="InvalidOperationException">The tokens are or were read by another loop, or were not kept: see <see cref="Result"/>.</exception>
    public IAsyncEnumerator<GeneratedToken> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        _output.Tokens.BeginReading();
        return new OutputReader<GeneratedToken>(this, _output, _output.Tokens, cancellationToken);
    }

    /// <summary>The tokens, read with or without the caller's synchronization context.</summary>
    public ConfiguredCancelableAsyncEnumerable<GeneratedToken> ConfigureAwait(bool continueOnCapturedContext) =>
        TaskAsyncEnumerableExtensions.ConfigureAwait<GeneratedToken>(this, continueOnCapturedContext);     // both interfaces have an extension of this name

    /// <summary>Tokens that wait for their reader: near <see cref="MostUnread"/> the generation is about to rest, or rests.</summary>
    public int Unread => _output.Tokens.Unread;

    /// <summary>Takes the next token without waiting, where one is there already. For the body of the loop over the tokens: a step may give several, and
    /// whoever sends them on can send them together.</summary>
    /// <example>
    /// <code>
    /// await foreach (GeneratedToken first in generation)
    /// {
    ///     Write(first);
    ///     while (generation.TryRead(out GeneratedToken? next)) Write(next);
    ///     await FlushAsync();
    /// }
    /// </code>
    /// </example>
    /// <exception cref="InvalidOperationException">No loop has begun.</exception>
    public bool TryRead([NotNullWhen(true)] out GeneratedToken? token)
    {
        if (!_output.Tokens.IsBeingRead) throw new InvalidOperationException("Tokens are taken together inside the loop that reads them: begin it first.");
        bool isThere = _output.Tokens.TryRead(out token);
        GC.KeepAlive(this);
        return isThere;
    }

    /// <summary>Ends the generation at its next token and waits until nothing is left of it; a failure is not thrown.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_output.Result.IsCompleted) _output.Cancel();
        await ((Task)_output.Result).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        GC.SuppressFinalize(this);
    }
}
