using Sandglass.KvCache;
using Sandglass.Tracing;

namespace Sandglass.Transformer;

/// <summary>Neighbouring tokens of one sequence in a <see cref="Batch"/>: a piece of its prompt, or the one token chosen last.</summary>
/// <param name="Cache">The sequence's keys and values; the tokens go behind what it holds.</param>
/// <param name="Tokens">Ids, at least one.</param>
/// <param name="FirstRow">The first token's row in the batch.</param>
/// <param name="FirstPosition">The first token's position in the sequence.</param>
/// <param name="Work">Where the work done for the sequence is counted.</param>
internal readonly record struct Segment(SequenceCache Cache, ReadOnlyMemory<int> Tokens, int FirstRow, int FirstPosition, Counters Work)
{
    /// <summary>The position of the last token, and one more.</summary>
    public int EndPosition => FirstPosition + Tokens.Length;

    /// <summary>The row behind the last token's.</summary>
    public int EndRow => FirstRow + Tokens.Length;

    /// <summary>The position of a row.</summary>
    public int Position(int row) => FirstPosition + row - FirstRow;
}
