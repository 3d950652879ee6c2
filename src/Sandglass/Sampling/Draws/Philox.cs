namespace Sandglass.Sampling;

/// <summary>Philox4x32-10: random numbers as a function of a counter and a key, with no state that could shift.</summary>
/// <remarks>
/// Salmon, Moraes, Dror and Shaw, <i>Parallel random numbers: as easy as 1, 2, 3</i> (SC 2011). A run that is preempted, forked, batched or speculated
/// asks for the same counters, so it gets the same numbers.
/// </remarks>
internal static class Philox
{
    private const uint MultiplierA = 0xD2511F53;
    private const uint MultiplierB = 0xCD9E8D57;
    private const uint WeylA = 0x9E3779B9;                   // the golden ratio's
    private const uint WeylB = 0xBB67AE85;                   // sqrt 3 - 1
    private const int Rounds = 10;

    /// <summary>64 random bits for one use: the <paramref name="index"/>-th number that one stage of the chain takes at one position.</summary>
    internal static ulong Draw64(ulong seed, long position, int step, int index)
    {
        (uint low, uint high, _, _) = Block(((uint)position, (uint)(position >> 32), (uint)step, (uint)index), ((uint)seed, (uint)(seed >> 32)));
        return (ulong)high << 32 | low;
    }

    /// <summary>The four random words of one counter.</summary>
    internal static (uint X0, uint X1, uint X2, uint X3) Block((uint X0, uint X1, uint X2, uint X3) counter, (uint K0, uint K1) key)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong a = (ulong)MultiplierA * counter.X0;
            ulong b = (ulong)MultiplierB * counter.X2;
            counter = ((uint)(b >> 32) ^ counter.X1 ^ key.K0, (uint)b, (uint)(a >> 32) ^ counter.X3 ^ key.K1, (uint)a);
            key = (key.K0 + WeylA, key.K1 + WeylB);
        }
        return counter;
    }
}
