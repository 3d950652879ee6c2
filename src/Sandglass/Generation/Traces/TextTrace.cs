using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Sandglass.Generation;

/// <summary>A generation in progress that is watched: its steps as they are taken, and the outcome once it is over.</summary>
/// <remarks>
/// <para>The text and its bits are those of the same request unwatched. One reader. Leaving the loop, disposing of the enumerator and disposing of this object
/// cancel the generation; so does dropping it, unless only its result was asked for.</para>
/// <para>Steps wait for their reader. When 16 MB of them do the text rests, and goes on when half of them are read; its last pass may have added as much
/// again, or one step that takes more. Nothing is left out. Where only <see cref="Result"/> is asked for it does not rest.</para>
/// </remarks>
/// <example>
/// <code>
/// await using TextTrace trace = model.TraceAsync("Once upon a time", new GenerationOptions { MaxTokens = 20 });
/// await foreach (TraceStep step in trace)
///     if (step is TokenStep token) Console.WriteLine($"{token.Token.Text,-12} rank {token.Token.Explanation!.Rank}, {token.Coverage:P0} in the first 32");
/// </code>
/// </example>
public sealed class TextTrace : IAsyncEnumerable<TraceStep>, IAsyncDisposable
{
    private readonly GenerationOutput _output;

    internal TextTrace(TraceStart start, GenerationOutput output) => (Start, _output) = (start, output);

    /// <summary>Ends the work for a caller that dropped the trace.</summary>
    ~TextTrace() => _output.Steps!.Abandon();

    /// <summary>What the trace is of.</summary>
    public TraceStart Start { get; }

    /// <summary>How the generation went; done when its last step has been handed out. A cancelled one is a result too.</summary>
    /// <remarks>Asked for without reading the steps, the generation runs to its end, and steps that no longer fit are not kept.</remarks>
    public Task<GenerationResult> Result
    {
        get
        {
            _output.Steps!.AskForOutcome();
            Task<GenerationResult> result = _output.Result;
            GC.KeepAlive(this);
            return result;
        }
    }

    /// <summary>The tokens of the best text of a beam search, as <see cref="LanguageModel.GenerateAsync(string, GenerationOptions?, CancellationToken)"/>
    /// hands them out: its steps tell of all that was weighed, and what became the text shows at the end. Empty before <see cref="Result"/> is done, and where
    /// tokens were chosen one by one: each has a step of its own.</summary>
    public IReadOnlyList<GeneratedToken> BeamTokens => _output.Result.IsCompletedSuccessfully ? _output.Found : [];

    /// <summary>The steps, in order; ends when the generation does, also when it is cancelled.</summary>
    /// <param name="cancellationToken">Ends the generation at its next token.</param>
    /// <exception cref="InvalidOperationException">The steps are or were read by another loop, or were not kept: see <see cref="Result"/>.</exception>
    public IAsyncEnumerator<TraceStep> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        _output.Steps!.BeginReading();
        return new OutputReader<TraceStep>(this, _output, _output.Steps, cancellationToken);
    }

    /// <summary>Takes the next step without waiting, where one is there already. For whoever takes the engine's steps, after its loop has begun.</summary>
    internal bool TryRead([NotNullWhen(true)] out TraceStep? step) => _output.Steps!.TryRead(out step);

    /// <summary>The steps, read with or without the caller's synchronization context.</summary>
    public ConfiguredCancelableAsyncEnumerable<TraceStep> ConfigureAwait(bool continueOnCapturedContext) =>
        TaskAsyncEnumerableExtensions.ConfigureAwait<TraceStep>(this, continueOnCapturedContext);      // both interfaces have an extension of this name

    /// <summary>Ends the generation at its next token and waits until nothing is left of it; a failure is not thrown.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_output.Result.IsCompleted) _output.Cancel();
        await ((Task)_output.Result).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        GC.SuppressFinalize(this);
    }
}
