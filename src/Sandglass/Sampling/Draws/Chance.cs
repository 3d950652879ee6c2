namespace Sandglass.Sampling;

/// <summary>The randomness of one stage of the chain at one position: as many numbers as it needs, always the same ones.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Position">The position of the token that is being chosen.</param>
/// <param name="Step">The stage's number in the chain, from 1; 0 is the final draw, so that other filters do not change it.</param>
internal readonly record struct Chance(ulong Seed, long Position, int Step)
{
    /// <summary>64 random bits, the stage's <paramref name="index"/>-th.</summary>
    internal ulong Bits(int index = 0) => Philox.Draw64(Seed, Position, Step, index);
}
