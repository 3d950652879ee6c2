namespace Sandglass.Kernels.MachineCode;

/// <summary>A group of six-bit codes stored in the upper two bits of three other groups' bytes (<see cref="Codes6"/>).</summary>
internal static class SpreadGroup
{
    /// <summary>The codes, a byte each; bits above the six are undefined.</summary>
    /// <param name="codes">Of 32 columns.</param>
    /// <param name="group">6 or 7.</param>
    /// <param name="pairMask">0x03 in every byte, for all lanes.</param>
    /// <param name="nibbleMask">0x0F in every byte, for all lanes.</param>
    public static void Assemble(ZmmCode code, Zmm to, Zmm scratch, Memory codes, int group, Memory pairMask, Memory nibbleMask)
    {
        Memory Chunk(int number) => codes with { Displacement = codes.Displacement + 64 * (3 * (group - Codes6.WholeGroups) + number) };

        code.ShiftShortsRight(to, Chunk(2), 6);
        code.ShiftShortsRight(scratch, Chunk(1), 4);
        code.KeepUnder(to, scratch, pairMask);
        code.ShiftShortsRight(scratch, Chunk(0), 2);
        code.KeepUnder(to, scratch, nibbleMask);
    }
}
