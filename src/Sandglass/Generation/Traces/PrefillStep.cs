namespace Sandglass.Generation;

/// <summary>A piece of a text was read: of its prompt, of what was written where its pages were taken from it, or without a cache of all of it before each
/// token.</summary>
/// <remarks>A piece that gives a token is told before that token; the two are of one pass, whose cost stands here.</remarks>
public sealed record PrefillStep : TraceStep
{
    /// <summary>Which pass of the text through the model it was, from 1.</summary>
    public required int Pass { get; init; }

    /// <summary>The first position of the piece.</summary>
    public required int From { get; init; }

    /// <summary>One past its last position.</summary>
    public required int To { get; init; }

    /// <summary>Positions before <see cref="From"/> whose pages came from a text that began alike: not read by this one. Above 0 in the first piece only,
    /// or in the first after its pages were taken from it.</summary>
    public required int Adopted { get; init; }

    /// <summary>The cache when it was read, before a token was chosen.</summary>
    public required TraceCache Cache { get; init; }

    /// <summary>What the pass cost.</summary>
    public required TraceCost Cost { get; init; }

    internal override long Bytes => TraceMemory.Rest + Cache.Pages.Length * sizeof(char);
}
