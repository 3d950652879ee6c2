namespace Sandglass.Kernels;

/// <summary>The start of Q4_K and Q5_K blocks: two F16 and, in twelve bytes, eight factors of the scale and eight of the minimum, six bits each.</summary>
internal static unsafe class SixBitFactors
{
    /// <summary>
    /// Reads one row's factors into a panel's header: F16 scale [16], F16 minimum [16], factors of the scale [8][16], of the minimum [8][16].
    /// </summary>
    public static void Read(byte* fileBlock, byte* header, int row)
    {
        ushort* halves = (ushort*)header;
        halves[row] = ((ushort*)fileBlock)[0];
        halves[16 + row] = ((ushort*)fileBlock)[1];
        byte* packed = fileBlock + 4;
        for (int s = 0; s < 8; s++)
        {
            bool low = s < 4;
            header[64 + 16 * s + row] = (byte)(low ? packed[s] & 63 : (packed[s + 4] & 15) | (packed[s - 4] >> 6 << 4));
            header[192 + 16 * s + row] = (byte)(low ? packed[s + 4] & 63 : (packed[s + 4] >> 4) | (packed[s] >> 6 << 4));
        }
    }
}
