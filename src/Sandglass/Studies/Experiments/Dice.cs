using Sandglass.Sampling;

namespace Sandglass.Studies;

/// <summary>Chance of one trial: the same seed and trial give the same numbers, whatever other trials took.</summary>
internal sealed class Dice(ulong seed, long trial)
{
    private int _taken;

    /// <summary>A number from 0 and below the count.</summary>
    public int Next(int count) => (int)(Philox.Draw64(seed, trial, step: 0, _taken++) % (ulong)count);

    /// <summary>One of them.</summary>
    public T Of<T>(IReadOnlyList<T> all) => all[Next(all.Count)];
}
