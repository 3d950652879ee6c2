using Sandglass.KvCache;

namespace Sandglass.Transformer;

/// <summary>What goes through the model at once: neighbouring tokens of one sequence, a piece of its prompt or the one token chosen last.</summary>
/// <param name="Cache">The sequence's keys and values; the batch goes behind what it holds.</param>
/// <param name="Tokens">Ids, at least one.</param>
internal readonly record struct Batch(SequenceCache Cache, ReadOnlyMemory<int> Tokens)
{
    /// <summary>Position of the first token.</summary>
    public int FirstPosition => Cache.Length;
}
