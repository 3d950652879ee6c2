namespace Sandglass.Tokenization;

/// <summary>Decides which neighbours may merge, and in which order.</summary>
internal interface IMergeRule
{
    /// <summary>Whether two neighbours may merge; the pair with the lowest <paramref name="order"/> in the word merges first. It is below
    /// <see cref="uint.MaxValue"/>.</summary>
    bool MayMerge(in Symbol left, in Symbol right, out uint order, out int merged);
}
