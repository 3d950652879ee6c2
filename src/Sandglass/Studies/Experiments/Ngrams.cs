namespace Sandglass.Studies;

/// <summary>Runs of n tokens: how many there are, and how many different ones.</summary>
internal static class Ngrams
{
    /// <summary>Different runs over all runs of some texts; null where no text is as long as one.</summary>
    /// <remarks>Distinct-n: Li et al., <i>A diversity-promoting objective function for neural conversation models</i> (2016).</remarks>
    public static double? Distinct(IEnumerable<IReadOnlyList<int>> texts, int n)
    {
        HashSet<Run> different = [];
        int all = 0;
        foreach (IReadOnlyList<int> text in texts)
        {
            for (int at = 0; at + n <= text.Count; at++, all++) different.Add(new Run(text, at, n));
        }
        return all == 0 ? null : different.Count / (double)all;
    }

    /// <summary>The share of a text's runs that stand in it before; null where it is shorter than one.</summary>
    /// <remarks>seq-rep-n: Welleck et al., <i>Neural text generation with unlikelihood training</i> (2020).</remarks>
    public static double? Repeated(IReadOnlyList<int> text, int n) => 1 - Distinct([text], n);

    private readonly struct Run(IReadOnlyList<int> text, int at, int length) : IEquatable<Run>
    {
        public bool Equals(Run other)
        {
            for (int i = 0; i < length; i++)
                if (this[i] != other[i]) return false;
            return true;
        }

        public override bool Equals(object? other) => other is Run run && Equals(run);

        public override int GetHashCode()
        {
            uint hash = 2166136261;
            for (int i = 0; i < length; i++) hash = (hash ^ (uint)this[i]) * 16777619;      // FNV-1a over whole ids
            return (int)hash;
        }

        private int this[int i] => text[at + i];
    }
}
