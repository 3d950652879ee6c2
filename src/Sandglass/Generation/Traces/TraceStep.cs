namespace Sandglass.Generation;

/// <summary>Something that was done for a text: a piece of its prompt was read, a token was chosen, or beams were.</summary>
public abstract record TraceStep
{
    /// <summary>Time since the request was made.</summary>
    public required TimeSpan Elapsed { get; init; }
}

/// <summary>A piece of the text went through the model without a token being chosen: of the prompt, or of what was written where it has to be read again.</summary>
public sealed record PrefillStep : TraceStep
{
    /// <summary>The first position of the piece.</summary>
    public required int From { get; init; }

    /// <summary>One past its last position.</summary>
    public required int To { get; init; }

    /// <summary>Positions before <see cref="From"/> whose pages came from a text that began alike: not read by this one. Above 0 in the first piece only.</summary>
    public required int Adopted { get; init; }

    /// <summary>The cache after it.</summary>
    public required TraceCache Cache { get; init; }

    /// <summary>What it cost.</summary>
    public required TraceCost Cost { get; init; }
}

/// <summary>A token was chosen.</summary>
public sealed record TokenStep : TraceStep
{
    /// <summary>The token, with the explanation of the chain.</summary>
    public required GeneratedToken Token { get; init; }

    /// <summary>Its position in the text, prompt included.</summary>
    public required int Position { get; init; }

    /// <summary>Which pass through the model gave its logits, from 1: tokens that were guessed ahead and held share one.</summary>
    public required int Pass { get; init; }

    /// <summary>The likeliest tokens of the model's own distribution, likeliest first, whatever became of them.</summary>
    public required IReadOnlyList<TraceCandidate> Candidates { get; init; }

    /// <summary>The probability of all <see cref="Candidates"/> together in that distribution.</summary>
    public required double Coverage { get; init; }

    /// <summary>The tokens that <see cref="TraceOptions.Asked"/> named, in that order, and before them the chosen one.</summary>
    public required IReadOnlyList<TraceCandidate> Asked { get; init; }

    /// <summary>[vocabulary], before any stage; empty unless asked for.</summary>
    public ReadOnlyMemory<float> Logits { get; init; }

    /// <summary>What the query of the token before it attended to: the one whose logits these are. Null unless asked for.</summary>
    public TraceAttention? Attention { get; init; }

    /// <summary>The cache after it.</summary>
    public required TraceCache Cache { get; init; }

    /// <summary>What the pass cost; null where an earlier token of the same pass told it.</summary>
    public TraceCost? Cost { get; init; }

    /// <summary>What was guessed in this pass, for the first token of one; empty where nothing was.</summary>
    public IReadOnlyList<int> Drafted { get; init; } = [];

    /// <summary>Whether this token was guessed, and held.</summary>
    public bool IsDraft { get; init; }
}

/// <summary>A step of a beam search was decided.</summary>
public sealed record BeamStep : TraceStep
{
    /// <summary>Tokens of each running beam after it.</summary>
    public required int Length { get; init; }

    /// <summary>Every continuation that was weighed, best first within its group: those that run on, those that ended, those that were dropped.</summary>
    public required IReadOnlyList<TraceBeam> Beams { get; init; }

    /// <summary>The caches of all beams together after it.</summary>
    public required TraceCache Cache { get; init; }

    /// <summary>What the pass of all beams cost.</summary>
    public required TraceCost Cost { get; init; }
}

/// <summary>A continuation of a beam.</summary>
/// <param name="Parent">Which of the beams that ran before it continues, counted over all groups; -1 in the first step, which continues the prompt.</param>
/// <param name="Id">The token.</param>
/// <param name="Logprob">Of the token, in the model's own distribution.</param>
/// <param name="Score">Of the whole continuation: the sum of log-probabilities; where it ended, by length too.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="Beam">Which of the beams it is from now on; -1 where it is none.</param>
public readonly record struct TraceBeam(int Parent, int Id, float Logprob, float Score, BeamFate Fate, int Beam);

/// <summary>What became of a beam's continuation.</summary>
public enum BeamFate
{
    /// <summary>It runs on.</summary>
    Kept,

    /// <summary>It ended, and is one of the results so far.</summary>
    Finished,

    /// <summary>Others were better.</summary>
    Dropped,
}

/// <summary>A token that could have come.</summary>
/// <param name="Id">The token.</param>
/// <param name="Rank">Its place in the model's own distribution; 1 is the likeliest.</param>
/// <param name="Logit">As the model gave it.</param>
/// <param name="Probability">In the model's own distribution.</param>
/// <param name="Final">In the one that the draw was from; 0 where a stage removed it.</param>
/// <param name="RemovedBy">That stage's name; null if none did.</param>
public readonly record struct TraceCandidate(int Id, int Rank, float Logit, float Probability, float Final, string? RemovedBy);
