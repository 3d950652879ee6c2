namespace Sandglass.Tokenization;

/// <summary>Which neighbours may merge, and which do so first.</summary>
internal interface IMergeRule
{
    /// <summary>Whether two neighbours may merge; the pair of lowest <paramref name="order"/> in the word goes first.</summary>
    bool MayMerge(in Symbol left, in Symbol right, out uint order, out int merged);
}
