namespace Sandglass.Sampling;

/// <summary>The order from the likeliest token down, the lower id first among equals, as plain integers: the smaller key is the likelier token.</summary>
/// <remarks>
/// The high half is the logit's bits, inverted so that they fall as the logit rises; the low half is the id. Keys never tie, so every order is total.
/// </remarks>
internal static class LikelihoodOrder
{
    private const uint Sign = 0x8000_0000;

    internal static ulong Key(float logit, int id)
    {
        uint bits = BitConverter.SingleToUInt32Bits(logit + 0f);         // + 0: -0 equals 0, so its bits must
        uint falling = bits ^ ((uint)((int)~bits >> 31) & ~Sign);        // a positive number's bits are inverted but for the sign; no branch
        return (ulong)falling << 32 | (uint)id;
    }

    internal static int Id(ulong key) => (int)(uint)key;

    internal static float Logit(ulong key)
    {
        uint falling = (uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle((falling & Sign) != 0 ? falling : ~falling & ~Sign);
    }
}
