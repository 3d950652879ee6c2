using Sandglass.KvCache;
using Sandglass.Tracing;

namespace Sandglass.Transformer;

/// <summary>Neighbouring tokens of one sequence in a <see cref="Batch"/>: a chunk of its prompt, or the token that was chosen last.</summary>
/// <param name="Cache">The sequence's keys and values; the tokens follow what it holds.</param>
/// <param name="Tokens">Ids, at least one.</param>
/// <param name="FirstRow">The first token's row in the batch.</param>
/// <param name="FirstPosition">The first token's position in the sequence.</param>
/// <param name="Work">Counts the work done for the sequence.</param>
/// <param name="Watched">Takes down what its last tokens attend to; null where nobody watches.</param>
internal readonly record struct Segment(
    SequenceCache Cache, ReadOnlyMemory<int> Tokens, int FirstRow, int FirstPosition, Counters Work, WatchedAttention? Watched)
{
    /// <summary>One past the position of the last token.</summary>
    public int EndPosition => FirstPosition + Tokens.Length;

    /// <summary>One past the row of the last token.</summary>
    public int EndRow => FirstRow + Tokens.Length;

    /// <summary>The position of a row.</summary>
    public int Position(int row) => FirstPosition + row - FirstRow;
}
