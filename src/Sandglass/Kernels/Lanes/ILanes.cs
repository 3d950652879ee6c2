namespace Sandglass.Kernels;

/// <summary>Sixteen lanes of arithmetic, whatever the width of the processor's vectors: one of 512 bits, two of 256 or four of 128.</summary>
/// <typeparam name="F">Sixteen F32.</typeparam>
/// <typeparam name="I">Sixteen int32.</typeparam>
/// <typeparam name="B">Sixty-four bytes: lane l owns bytes 4l to 4l+3; also read as thirty-two int16, two a lane.</typeparam>
/// <remarks>
/// Kernels are written once against this and compiled for each width. Every operation stays inside its lane (no sum crosses lanes) and rounds as IEEE 754 says,
/// so the widths agree bit for bit. The plain twins do not use it: they are loops that can be read against the formula.
/// </remarks>
internal unsafe interface ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    static abstract F Load(float* from);
    static abstract void Store(float* to, F value);
    static abstract F Broadcast(float value);
    static abstract F Add(F a, F b);
    static abstract F Subtract(F a, F b);
    static abstract F Multiply(F a, F b);
    static abstract F Divide(F a, F b);

    /// <summary>a * b + c with one rounding.</summary>
    static abstract F Fma(F a, F b, F c);

    /// <summary>a * 2^power, rounded once; powers are whole, -151 to 128.</summary>
    static abstract F Scale(F a, F power);
    static abstract F Max(F a, F b);
    static abstract F Min(F a, F b);
    static abstract F Abs(F a);

    /// <summary>Rounded as IEEE 754 says.</summary>
    static abstract F Sqrt(F a);

    /// <summary>The largest of all lanes, in any order. A NaN lane may be lost.</summary>
    static abstract float Largest(F a);

    /// <summary>Bit l is set where lane l of a and of b are equal.</summary>
    static abstract uint EqualMask(F a, F b);

    /// <summary>The value where a is at least b, else 0.</summary>
    static abstract F WhereAtLeast(F a, F b, F value);

    /// <summary>Sixteen F16, exact; infinities are not expected (a loader refuses them, a cache never holds them).</summary>
    static abstract F LoadHalf(ushort* from);

    /// <summary>Sixteen F16 times 2^-112, exact: their bits shifted to F32's places, without the product that corrects the exponent bias.</summary>
    static abstract F LoadShrunkHalf(ushort* from);

    /// <summary>Sixteen BF16, exact.</summary>
    static abstract F LoadBFloat(ushort* from);

    static abstract I LoadInts(byte* from);
    static abstract I BroadcastInt(int value);

    /// <summary>Sixteen bytes, each 0 to 255, one a lane.</summary>
    static abstract I LoadWideBytes(byte* from);

    /// <summary>Sixteen signed bytes, one a lane.</summary>
    static abstract I LoadWideSBytes(byte* from);

    /// <summary>The low byte of each lane.</summary>
    static abstract void StoreLowBytes(sbyte* to, I value);

    /// <summary>The low two bytes of each lane.</summary>
    static abstract void StoreLowShorts(ushort* to, I value);
    static abstract I AddInt(I a, I b);
    static abstract I SubtractInt(I a, I b);
    static abstract I AndInt(I a, I b);
    static abstract I OrInt(I a, I b);
    static abstract I ShiftLeftInt(I a, int count);

    /// <summary>Shifts zeros in.</summary>
    static abstract I ShiftRightInt(I a, int count);

    /// <summary>Shifts zeros in; the count, 0 to 31, lies in memory.</summary>
    static abstract I ShiftRightInt(I a, int* count);

    /// <summary>The sum of all lanes: of integers, so no order matters.</summary>
    static abstract int SumInt(I a);

    /// <summary>Exact below 2^24.</summary>
    static abstract F ToFloat(I a);

    /// <summary>The values must be integers already.</summary>
    static abstract I ToInt(F a);
    static abstract F AsFloat(I bits);
    static abstract I AsInt(F bits);
    static abstract I AsInt(B bytes);

    static abstract B LoadBytes(byte* from);

    /// <summary>The same four bytes in every lane.</summary>
    static abstract B BroadcastQuad(sbyte* from);
    static abstract B And(B a, byte mask);
    static abstract B Or(B a, B b);

    /// <summary>Of int16, zeros in: bits of one byte run into its neighbour, so a mask must follow.</summary>
    static abstract B ShiftRight(B a, int count);

    /// <summary>Of int16, zeros in: bits of one byte run into its neighbour, so a mask must come before.</summary>
    static abstract B ShiftLeft(B a, int count);

    /// <summary>Products of unsigned bytes (a) and signed bytes (b), neighbours added: two int16 a lane. The caller ensures that they fit.</summary>
    static abstract B MultiplyPairs(B a, B b);

    /// <summary>Sum of int16.</summary>
    static abstract B AddShorts(B a, B b);

    /// <summary>The two int16 of each lane added to one int32.</summary>
    static abstract I AddNeighbours(B shorts);
}
