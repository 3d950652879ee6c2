using Sandglass.Sampling;
using Sandglass.Tracing;

namespace Sandglass.Generation;

/// <summary>Drafts how a text goes on.</summary>
internal interface IDrafter : IDisposable
{
    /// <summary>The work that guessing was.</summary>
    Counters Work { get; }

    /// <summary>Whether the last guesses took no model to make, and so no time to speak of.</summary>
    bool IsFree { get; }

    /// <summary>The probabilities that a guess of the last call was drawn from, [vocabulary]; empty where it was certain, or where they are not kept.</summary>
    /// <param name="guess">Its place among them.</param>
    ReadOnlySpan<double> Distribution(int guess);

    /// <summary>Drafts the ids after a text and returns how many; it may be none.</summary>
    /// <param name="text">Prompt and completion so far. It grows from call to call, and nothing in it changes.</param>
    /// <param name="sampler">Chooses for that text; it is not advanced.</param>
    /// <param name="to">Room for the guesses.</param>
    /// <param name="odds">Says which are worth it, and is told of each.</param>
    int Guess(ReadOnlyMemory<int> text, Sampler sampler, Span<int> to, GuessOdds odds);
}
