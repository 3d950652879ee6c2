namespace Sandglass.Generation;

/// <summary>A step of a beam search was decided.</summary>
public sealed record BeamStep : TraceStep
{
    /// <summary>Tokens of each running beam after it.</summary>
    public required int Length { get; init; }

    /// <summary>Every continuation that was weighed, group by group, best first within its group: those that run on, those that ended, those that were
    /// dropped.</summary>
    public required IReadOnlyList<TraceBeam> Beams { get; init; }

    /// <summary>The caches of all beams together after it: each page once, the first beam's before those that only others have.</summary>
    public required TraceCache Cache { get; init; }

    /// <summary>What the passes of all beams cost, added up; null in the first step, whose pass the piece of the prompt before it told.</summary>
    public TraceCost? Cost { get; init; }

    internal override long Bytes => TraceMemory.Rest + Beams.Count * TraceMemory.Candidate + Cache.Pages.Length * sizeof(char);
}

/// <summary>A continuation of a beam.</summary>
/// <param name="Parent">Which of the beams that ran before it continues, counted over all groups; -1 in the first step, which continues the prompt.</param>
/// <param name="Id">The token.</param>
/// <param name="Logprob">Of the token, in the model's own distribution.</param>
/// <param name="Score">Of the whole continuation: the sum of log-probabilities, as penalties and bans left it; where it ended, by length as well.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="Beam">Which of the beams it is from now on, counted over all groups; -1 where it is none.</param>
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
