using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Bytes = Sandglass.Kernels.Quad<System.Runtime.Intrinsics.Vector128<byte>>;
using Floats = Sandglass.Kernels.Quad<System.Runtime.Intrinsics.Vector128<float>>;
using Ints = Sandglass.Kernels.Quad<System.Runtime.Intrinsics.Vector128<int>>;

namespace Sandglass.Kernels;

/// <summary>Four vectors side by side.</summary>
internal struct Quad<T>
    where T : struct
{
    // Fields without a constructor: otherwise a kernel of a hundred operations needs two hundred inlinings, more than the JIT's budget.
    public T A;
    public T B;
    public T C;
    public T D;
}

/// <summary>Sixteen lanes in four vectors of 128 bits (SSE, NEON).</summary>
internal readonly unsafe struct Lanes128 : ILanes<Floats, Ints, Bytes>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    [MethodImpl(Inline)]
    public static Floats Load(float* from) =>
        new() { A = Vector128.Load(from), B = Vector128.Load(from + 4), C = Vector128.Load(from + 8), D = Vector128.Load(from + 12) };

    [MethodImpl(Inline)]
    public static void Store(float* to, Floats value)
    {
        value.A.Store(to);
        value.B.Store(to + 4);
        value.C.Store(to + 8);
        value.D.Store(to + 12);
    }

    [MethodImpl(Inline)] public static Floats Broadcast(float value) => Same(Vector128.Create(value));
    [MethodImpl(Inline)] public static Floats Add(Floats a, Floats b) => new() { A = a.A + b.A, B = a.B + b.B, C = a.C + b.C, D = a.D + b.D };
    [MethodImpl(Inline)] public static Floats Subtract(Floats a, Floats b) => new() { A = a.A - b.A, B = a.B - b.B, C = a.C - b.C, D = a.D - b.D };
    [MethodImpl(Inline)] public static Floats Multiply(Floats a, Floats b) => new() { A = a.A * b.A, B = a.B * b.B, C = a.C * b.C, D = a.D * b.D };
    [MethodImpl(Inline)] public static Floats Divide(Floats a, Floats b) => new() { A = a.A / b.A, B = a.B / b.B, C = a.C / b.C, D = a.D / b.D };

    [MethodImpl(Inline)]
    public static Floats Fma(Floats a, Floats b, Floats c) =>
        new()
        {
            A = Vector128.FusedMultiplyAdd(a.A, b.A, c.A),
            B = Vector128.FusedMultiplyAdd(a.B, b.B, c.B),
            C = Vector128.FusedMultiplyAdd(a.C, b.C, c.C),
            D = Vector128.FusedMultiplyAdd(a.D, b.D, c.D)
        };

    [MethodImpl(Inline)] public static Floats Scale(Floats a, Floats power) => Lanes<Lanes128, Floats, Ints, Bytes>.ScaleTwice(a, power);

    [MethodImpl(Inline)]
    public static Floats Max(Floats a, Floats b) =>
        new() { A = Vector128.MaxNative(a.A, b.A), B = Vector128.MaxNative(a.B, b.B), C = Vector128.MaxNative(a.C, b.C), D = Vector128.MaxNative(a.D, b.D) };

    [MethodImpl(Inline)]
    public static Floats Min(Floats a, Floats b) =>
        new() { A = Vector128.MinNative(a.A, b.A), B = Vector128.MinNative(a.B, b.B), C = Vector128.MinNative(a.C, b.C), D = Vector128.MinNative(a.D, b.D) };

    [MethodImpl(Inline)]
    public static Floats Abs(Floats a) =>
        new() { A = Vector128.Abs(a.A), B = Vector128.Abs(a.B), C = Vector128.Abs(a.C), D = Vector128.Abs(a.D) };

    [MethodImpl(Inline)]
    public static Floats Sqrt(Floats a) =>
        new() { A = Vector128.Sqrt(a.A), B = Vector128.Sqrt(a.B), C = Vector128.Sqrt(a.C), D = Vector128.Sqrt(a.D) };

    [MethodImpl(Inline)] public static float Largest(Floats a) => Largest(Vector128.MaxNative(Vector128.MaxNative(a.A, a.B), Vector128.MaxNative(a.C, a.D)));

    [MethodImpl(Inline)]
    public static uint EqualMask(Floats a, Floats b) =>
        (Vector128.Equals(a.A, b.A).ExtractMostSignificantBits()) | (Vector128.Equals(a.B, b.B).ExtractMostSignificantBits() << 4)
            | (Vector128.Equals(a.C, b.C).ExtractMostSignificantBits() << 8) | (Vector128.Equals(a.D, b.D).ExtractMostSignificantBits() << 12);

    [MethodImpl(Inline)]
    public static Floats WhereAtLeast(Floats a, Floats b, Floats value) =>
        new()
        {
            A = Vector128.GreaterThanOrEqual(a.A, b.A) & value.A,
            B = Vector128.GreaterThanOrEqual(a.B, b.B) & value.B,
            C = Vector128.GreaterThanOrEqual(a.C, b.C) & value.C,
            D = Vector128.GreaterThanOrEqual(a.D, b.D) & value.D
        };

    [MethodImpl(Inline)] public static Floats LoadHalf(ushort* from) => new() { A = Half(from), B = Half(from + 4), C = Half(from + 8), D = Half(from + 12) };

    [MethodImpl(Inline)]
    public static Floats LoadShrunkHalf(ushort* from) =>
        new() { A = ShrunkHalf(from), B = ShrunkHalf(from + 4), C = ShrunkHalf(from + 8), D = ShrunkHalf(from + 12) };

    [MethodImpl(Inline)]
    public static Floats LoadBFloat(ushort* from) =>
        new()
        {
            A = Vector128.ShiftLeft(Widen(from), 16).AsSingle(),
            B = Vector128.ShiftLeft(Widen(from + 4), 16).AsSingle(),
            C = Vector128.ShiftLeft(Widen(from + 8), 16).AsSingle(),
            D = Vector128.ShiftLeft(Widen(from + 12), 16).AsSingle()
        };

    [MethodImpl(Inline)]
    public static Ints LoadInts(byte* from) =>
        new() { A = Vector128.Load((int*)from), B = Vector128.Load((int*)from + 4), C = Vector128.Load((int*)from + 8), D = Vector128.Load((int*)from + 12) };

    [MethodImpl(Inline)] public static Ints BroadcastInt(int value) => Same(Vector128.Create(value));

    [MethodImpl(Inline)]
    public static Ints LoadWideBytes(byte* from) =>
        new() { A = Widen(from), B = Widen(from + 4), C = Widen(from + 8), D = Widen(from + 12) };

    [MethodImpl(Inline)]
    public static Ints LoadWideSBytes(byte* from) =>
        new() { A = WidenSigned((sbyte*)from), B = WidenSigned((sbyte*)from + 4), C = WidenSigned((sbyte*)from + 8), D = WidenSigned((sbyte*)from + 12) };

    [MethodImpl(Inline)]
    public static void StoreLowBytes(sbyte* to, Ints value)
    {
        for (int i = 0; i < 4; i++)
        {
            to[i] = (sbyte)value.A.GetElement(i);
            to[i + 4] = (sbyte)value.B.GetElement(i);
            to[i + 8] = (sbyte)value.C.GetElement(i);
            to[i + 12] = (sbyte)value.D.GetElement(i);
        }
    }

    [MethodImpl(Inline)]
    public static void StoreLowShorts(ushort* to, Ints value)
    {
        Vector128.Narrow(value.A.AsUInt32(), value.B.AsUInt32()).Store(to);
        Vector128.Narrow(value.C.AsUInt32(), value.D.AsUInt32()).Store(to + 8);
    }

    [MethodImpl(Inline)] public static Ints AddInt(Ints a, Ints b) => new() { A = a.A + b.A, B = a.B + b.B, C = a.C + b.C, D = a.D + b.D };
    [MethodImpl(Inline)] public static Ints SubtractInt(Ints a, Ints b) => new() { A = a.A - b.A, B = a.B - b.B, C = a.C - b.C, D = a.D - b.D };
    [MethodImpl(Inline)] public static Ints AndInt(Ints a, Ints b) => new() { A = a.A & b.A, B = a.B & b.B, C = a.C & b.C, D = a.D & b.D };
    [MethodImpl(Inline)] public static Ints OrInt(Ints a, Ints b) => new() { A = a.A | b.A, B = a.B | b.B, C = a.C | b.C, D = a.D | b.D };

    [MethodImpl(Inline)]
    public static Ints ShiftLeftInt(Ints a, int count) =>
        new()
        {
            A = Vector128.ShiftLeft(a.A, count),
            B = Vector128.ShiftLeft(a.B, count),
            C = Vector128.ShiftLeft(a.C, count),
            D = Vector128.ShiftLeft(a.D, count)
        };

    [MethodImpl(Inline)]
    public static Ints ShiftRightInt(Ints a, int count) =>
        new()
        {
            A = Vector128.ShiftRightLogical(a.A, count),
            B = Vector128.ShiftRightLogical(a.B, count),
            C = Vector128.ShiftRightLogical(a.C, count),
            D = Vector128.ShiftRightLogical(a.D, count)
        };

    [MethodImpl(Inline)] public static Ints ShiftRightInt(Ints a, int* count) => ShiftRightInt(a, *count);
    [MethodImpl(Inline)] public static int SumInt(Ints a) => Vector128.Sum(a.A + a.B + a.C + a.D);

    [MethodImpl(Inline)]
    public static Floats ToFloat(Ints a) =>
        new()
        {
            A = Vector128.ConvertToSingle(a.A),
            B = Vector128.ConvertToSingle(a.B),
            C = Vector128.ConvertToSingle(a.C),
            D = Vector128.ConvertToSingle(a.D)
        };

    [MethodImpl(Inline)]
    public static Ints ToInt(Floats a) =>
        new()
        {
            A = Vector128.ConvertToInt32Native(a.A),
            B = Vector128.ConvertToInt32Native(a.B),
            C = Vector128.ConvertToInt32Native(a.C),
            D = Vector128.ConvertToInt32Native(a.D)
        };

    [MethodImpl(Inline)]
    public static Floats AsFloat(Ints bits) =>
        new() { A = bits.A.AsSingle(), B = bits.B.AsSingle(), C = bits.C.AsSingle(), D = bits.D.AsSingle() };

    [MethodImpl(Inline)]
    public static Ints AsInt(Floats bits) =>
        new() { A = bits.A.AsInt32(), B = bits.B.AsInt32(), C = bits.C.AsInt32(), D = bits.D.AsInt32() };

    [MethodImpl(Inline)]
    public static Ints AsInt(Bytes bytes) =>
        new() { A = bytes.A.AsInt32(), B = bytes.B.AsInt32(), C = bytes.C.AsInt32(), D = bytes.D.AsInt32() };

    [MethodImpl(Inline)]
    public static Bytes LoadBytes(byte* from) =>
        new() { A = Vector128.Load(from), B = Vector128.Load(from + 16), C = Vector128.Load(from + 32), D = Vector128.Load(from + 48) };

    [MethodImpl(Inline)] public static Bytes BroadcastQuad(sbyte* from) => Same(Vector128.Create(*(int*)from).AsByte());

    [MethodImpl(Inline)]
    public static Bytes And(Bytes a, byte mask) =>
        new() { A = a.A & Vector128.Create(mask), B = a.B & Vector128.Create(mask), C = a.C & Vector128.Create(mask), D = a.D & Vector128.Create(mask) };

    [MethodImpl(Inline)] public static Bytes Or(Bytes a, Bytes b) => new() { A = a.A | b.A, B = a.B | b.B, C = a.C | b.C, D = a.D | b.D };

    [MethodImpl(Inline)]
    public static Bytes ShiftRight(Bytes a, int count) =>
        new()
        {
            A = Vector128.ShiftRightLogical(a.A.AsUInt16(), count).AsByte(),
            B = Vector128.ShiftRightLogical(a.B.AsUInt16(), count).AsByte(),
            C = Vector128.ShiftRightLogical(a.C.AsUInt16(), count).AsByte(),
            D = Vector128.ShiftRightLogical(a.D.AsUInt16(), count).AsByte()
        };

    [MethodImpl(Inline)]
    public static Bytes ShiftLeft(Bytes a, int count) =>
        new()
        {
            A = Vector128.ShiftLeft(a.A.AsUInt16(), count).AsByte(),
            B = Vector128.ShiftLeft(a.B.AsUInt16(), count).AsByte(),
            C = Vector128.ShiftLeft(a.C.AsUInt16(), count).AsByte(),
            D = Vector128.ShiftLeft(a.D.AsUInt16(), count).AsByte()
        };

    [MethodImpl(Inline)]
    public static Bytes MultiplyPairs(Bytes a, Bytes b) =>
        new() { A = Pairs(a.A, b.A), B = Pairs(a.B, b.B), C = Pairs(a.C, b.C), D = Pairs(a.D, b.D) };

    [MethodImpl(Inline)]
    public static Bytes AddShorts(Bytes a, Bytes b) =>
        new()
        {
            A = (a.A.AsInt16() + b.A.AsInt16()).AsByte(),
            B = (a.B.AsInt16() + b.B.AsInt16()).AsByte(),
            C = (a.C.AsInt16() + b.C.AsInt16()).AsByte(),
            D = (a.D.AsInt16() + b.D.AsInt16()).AsByte()
        };

    [MethodImpl(Inline)]
    public static Ints AddNeighbours(Bytes shorts) =>
        new() { A = Neighbours(shorts.A), B = Neighbours(shorts.B), C = Neighbours(shorts.C), D = Neighbours(shorts.D) };

    [MethodImpl(Inline)]
    internal static float Largest(Vector128<float> a)
    {
        a = Vector128.MaxNative(a, Vector128.Shuffle(a, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(a, Vector128.Shuffle(a, Vector128.Create(1, 0, 3, 2)))[0];
    }

    [MethodImpl(Inline)] private static Quad<T> Same<T>(T value) where T : struct => new() { A = value, B = value, C = value, D = value };

    [MethodImpl(Inline)] private static Vector128<float> Half(ushort* from) => ShrunkHalf(from) * Vector128.Create(F16.ExponentShift);

    [MethodImpl(Inline)]
    private static Vector128<float> ShrunkHalf(ushort* from) =>
        (Vector128.ShiftLeft(WidenSigned((short*)from), 13) & Vector128.Create(F16.WidenedMask)).AsSingle();

    [MethodImpl(Inline)]
    private static Vector128<int> Widen(ushort* from) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)from).AsUInt16()).AsInt32();

    [MethodImpl(Inline)]
    private static Vector128<int> WidenSigned(short* from) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)from).AsInt16());

    [MethodImpl(Inline)]
    private static Vector128<int> Widen(byte* from) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)from).AsByte())).AsInt32();

    [MethodImpl(Inline)]
    private static Vector128<int> WidenSigned(sbyte* from) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)from).AsSByte()));

    [MethodImpl(Inline)]
    private static Vector128<byte> Pairs(Vector128<byte> a, Vector128<byte> b)
    {
        return Ssse3.IsSupported ? Ssse3.MultiplyAddAdjacent(a, b.AsSByte()).AsByte() : PortablePairs(a, b);
    }

    /// <summary>The path that NEON takes and no x86 processor reaches: tests call it directly.</summary>
    [MethodImpl(Inline)]
    internal static Vector128<byte> PortablePairs(Vector128<byte> a, Vector128<byte> b)
    {
        Vector128<short> even = (a.AsInt16() & Vector128.Create((short)0xFF)) * Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(b.AsInt16(), 8), 8);
        Vector128<short> odd = Vector128.ShiftRightLogical(a.AsInt16(), 8) * Vector128.ShiftRightArithmetic(b.AsInt16(), 8);
        return (even + odd).AsByte();
    }

    [MethodImpl(Inline)]
    private static Vector128<int> Neighbours(Vector128<byte> shorts)
    {
        return Sse2.IsSupported ? Sse2.MultiplyAddAdjacent(shorts.AsInt16(), Vector128.Create((short)1)) : PortableNeighbours(shorts);
    }

    /// <inheritdoc cref="PortablePairs"/>
    [MethodImpl(Inline)]
    internal static Vector128<int> PortableNeighbours(Vector128<byte> shorts)
    {
        Vector128<int> both = shorts.AsInt32();
        return Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(both, 16), 16) + Vector128.ShiftRightArithmetic(both, 16);
    }
}
