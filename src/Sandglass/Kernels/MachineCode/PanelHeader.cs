namespace Sandglass.Kernels.MachineCode;

/// <summary>Layout of the scales and minima of a panel's 16 rows, in front of their codes, and how a kernel reads them.</summary>
/// <remarks>
/// For 32 columns: F16 scale [16] and, where there are minima, F16 minimum [16]. For 256 columns: the same, then integer factors of 16 rows, a byte each
/// (<see cref="LoadFactors"/>).
/// </remarks>
internal static class PanelHeader
{
    /// <summary>Bytes of one F16 per row.</summary>
    public const int HalvesBytes = 2 * Panels.Rows;

    private const int FactorsBytes = 16 * Panels.Rows;  // for 256 columns: sixteen factors per row

    /// <summary>Bytes of the header.</summary>
    public static int Bytes(ByteDotShape shape) => HalvesBytesOf(shape) + (shape.Columns == 256 ? FactorsBytes : 0);

    /// <summary>The integer factors of a sub-block's scale and minimum, for 256 columns.</summary>
    /// <remarks>
    /// Without minima: signed, [16][16]. With minima: for eight sub-blocks the scale's [8][16], then the minimum's [8][16]; for sixteen [16][16], the scale's
    /// in the low nibble and the minimum's in the high.
    /// </remarks>
    /// <param name="minimum">Unchanged where there are no minima.</param>
    /// <param name="nibbleMask">0x0F0F0F0F, for all lanes.</param>
    public static void LoadFactors(ZmmCode code, ByteDotShape shape, Memory header, Zmm scale, Zmm minimum, int subBlock, Memory nibbleMask)
    {
        Memory At(int row) => header with { Displacement = header.Displacement + HalvesBytesOf(shape) + Panels.Rows * row };

        if (!shape.HasMinimum)
        {
            code.LoadWideSBytes(scale, At(subBlock));
            return;
        }
        code.LoadWideBytes(scale, At(subBlock));
        if (shape.SubBlocks == 1)
        {
            code.LoadWideBytes(minimum, At(8 + subBlock));
        }
        else
        {
            code.ShiftShortsRight(minimum, scale, 4);
            code.And(scale, scale, nibbleMask);
        }
    }

    private static int HalvesBytesOf(ByteDotShape shape) => shape.HasMinimum ? 2 * HalvesBytes : HalvesBytes;
}
