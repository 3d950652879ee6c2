using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sandglass.Kernels;

/// <summary>Four vectors side by side.</summary>
internal struct Quad<T>
    where T : struct
{
    // Fields and no constructor: a kernel of a hundred operations would else need two hundred inlinings, more than the JIT has patience for.
    public T A;
    public T B;
    public T C;
    public T D;
}

/// <summary>Sixteen lanes in four vectors of 128 bits (SSE, NEON).</summary>
internal readonly unsafe struct Lanes128 : ILanes<Quad<Vector128<float>>, Quad<Vector128<int>>, Quad<Vector128<byte>>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    [MethodImpl(Inline)] public static Quad<Vector128<float>> Load(float* from) => new() { A = Vector128.Load(from), B = Vector128.Load(from + 4), C = Vector128.Load(from + 8), D = Vector128.Load(from + 12) };

    [MethodImpl(Inline)]
    public static void Store(float* to, Quad<Vector128<float>> value)
    {
        value.A.Store(to);
        value.B.Store(to + 4);
        value.C.Store(to + 8);
        value.D.Store(to + 12);
    }

    [MethodImpl(Inline)] public static Quad<Vector128<float>> Broadcast(float value) => Same(Vector128.Create(value));
    [MethodImpl(Inline)] public static Quad<Vector128<float>> Add(Quad<Vector128<float>> a, Quad<Vector128<float>> b) => new() { A = a.A + b.A, B = a.B + b.B, C = a.C + b.C, D = a.D + b.D };
    [MethodImpl(Inline)] public static Quad<Vector128<float>> Subtract(Quad<Vector128<float>> a, Quad<Vector128<float>> b) => new() { A = a.A - b.A, B = a.B - b.B, C = a.C - b.C, D = a.D - b.D };
    [MethodImpl(Inline)] public static Quad<Vector128<float>> Multiply(Quad<Vector128<float>> a, Quad<Vector128<float>> b) => new() { A = a.A * b.A, B = a.B * b.B, C = a.C * b.C, D = a.D * b.D };
    [MethodImpl(Inline)] public static Quad<Vector128<float>> Divide(Quad<Vector128<float>> a, Quad<Vector128<float>> b) => new() { A = a.A / b.A, B = a.B / b.B, C = a.C / b.C, D = a.D / b.D };
    [MethodImpl(Inline)] public static Quad<Vector128<float>> Fma(Quad<Vector128<float>> a, Quad<Vector128<float>> b, Quad<Vector128<float>> c) => new() { A = Vector128.FusedMultiplyAdd(a.A, b.A, c.A), B = Vector128.FusedMultiplyAdd(a.B, b.B, c.B), C = Vector128.FusedMultiplyAdd(a.C, b.C, c.C), D = Vector128.FusedMultiplyAdd(a.D, b.D, c.D) };
    [MethodImpl(Inline)] public static Quad<Vector128<float>> Scale(Quad<Vector128<float>> a, Quad<Vector128<float>> power) => Lanes<Lanes128, Quad<Vector128<float>>, Quad<Vector128<int>>, Quad<Vector128<byte>>>.ScaleTwice(a, power);
    [MethodImpl(Inline)] public static Quad<Vector128<float>> Max(Quad<Vector128<float>> a, Quad<Vector128<float>> b) => new() { A = Vector128.MaxNative(a.A, b.A), B = Vector128.MaxNative(a.B, b.B), C = Vector128.MaxNative(a.C, b.C), D = Vector128.MaxNative(a.D, b.D) };
    [MethodImpl(Inline)] public static Quad<Vector128<float>> Min(Quad<Vector128<float>> a, Quad<Vector128<float>> b) => new() { A = Vector128.MinNative(a.A, b.A), B = Vector128.MinNative(a.B, b.B), C = Vector128.MinNative(a.C, b.C), D = Vector128.MinNative(a.D, b.D) };
    [MethodImpl(Inline)] public static Quad<Vector128<float>> Abs(Quad<Vector128<float>> a) => new() { A = Vector128.Abs(a.A), B = Vector128.Abs(a.B), C = Vector128.Abs(a.C), D = Vector128.Abs(a.D) };
    [MethodImpl(Inline)] public static float Largest(Quad<Vector128<float>> a) => Largest(Vector128.MaxNative(Vector128.MaxNative(a.A, a.B), Vector128.MaxNative(a.C, a.D)));
    [MethodImpl(Inline)] public static uint EqualMask(Quad<Vector128<float>> a, Quad<Vector128<float>> b) => (Vector128.Equals(a.A, b.A).ExtractMostSignificantBits()) | (Vector128.Equals(a.B, b.B).ExtractMostSignificantBits() << 4) | (Vector128.Equals(a.C, b.C).ExtractMostSignificantBits() << 8) | (Vector128.Equals(a.D, b.D).ExtractMostSignificantBits() << 12);
    [MethodImpl(Inline)] public static Quad<Vector128<float>> LoadHalf(ushort* from) => new() { A = Half(from), B = Half(from + 4), C = Half(from + 8), D = Half(from + 12) };
    [MethodImpl(Inline)] public static Quad<Vector128<float>> LoadShrunkHalf(ushort* from) => new() { A = ShrunkHalf(from), B = ShrunkHalf(from + 4), C = ShrunkHalf(from + 8), D = ShrunkHalf(from + 12) };
    [MethodImpl(Inline)] public static Quad<Vector128<float>> LoadBFloat(ushort* from) => new() { A = Vector128.ShiftLeft(Widen(from), 16).AsSingle(), B = Vector128.ShiftLeft(Widen(from + 4), 16).AsSingle(), C = Vector128.ShiftLeft(Widen(from + 8), 16).AsSingle(), D = Vector128.ShiftLeft(Widen(from + 12), 16).AsSingle() };

    [MethodImpl(Inline)] public static Quad<Vector128<int>> LoadInts(byte* from) => new() { A = Vector128.Load((int*)from), B = Vector128.Load((int*)from + 4), C = Vector128.Load((int*)from + 8), D = Vector128.Load((int*)from + 12) };
    [MethodImpl(Inline)] public static Quad<Vector128<int>> BroadcastInt(int value) => Same(Vector128.Create(value));
    [MethodImpl(Inline)] public static Quad<Vector128<int>> LoadWideBytes(byte* from) => new() { A = Widen(from), B = Widen(from + 4), C = Widen(from + 8), D = Widen(from + 12) };
    [MethodImpl(Inline)] public static Quad<Vector128<int>> LoadWideSBytes(byte* from) => new() { A = WidenSigned((sbyte*)from), B = WidenSigned((sbyte*)from + 4), C = WidenSigned((sbyte*)from + 8), D = WidenSigned((sbyte*)from + 12) };

    [MethodImpl(Inline)]
    public static void StoreLowBytes(sbyte* to, Quad<Vector128<int>> value)
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
    public static void StoreLowShorts(ushort* to, Quad<Vector128<int>> value)
    {
        Vector128.Narrow(value.A.AsUInt32(), value.B.AsUInt32()).Store(to);
        Vector128.Narrow(value.C.AsUInt32(), value.D.AsUInt32()).Store(to + 8);
    }

    [MethodImpl(Inline)] public static Quad<Vector128<int>> AddInt(Quad<Vector128<int>> a, Quad<Vector128<int>> b) => new() { A = a.A + b.A, B = a.B + b.B, C = a.C + b.C, D = a.D + b.D };
    [MethodImpl(Inline)] public static Quad<Vector128<int>> SubtractInt(Quad<Vector128<int>> a, Quad<Vector128<int>> b) => new() { A = a.A - b.A, B = a.B - b.B, C = a.C - b.C, D = a.D - b.D };
    [MethodImpl(Inline)] public static Quad<Vector128<int>> AndInt(Quad<Vector128<int>> a, Quad<Vector128<int>> b) => new() { A = a.A & b.A, B = a.B & b.B, C = a.C & b.C, D = a.D & b.D };
    [MethodImpl(Inline)] public static Quad<Vector128<int>> OrInt(Quad<Vector128<int>> a, Quad<Vector128<int>> b) => new() { A = a.A | b.A, B = a.B | b.B, C = a.C | b.C, D = a.D | b.D };
    [MethodImpl(Inline)] public static Quad<Vector128<int>> ShiftLeftInt(Quad<Vector128<int>> a, int count) => new() { A = Vector128.ShiftLeft(a.A, count), B = Vector128.ShiftLeft(a.B, count), C = Vector128.ShiftLeft(a.C, count), D = Vector128.ShiftLeft(a.D, count) };
    [MethodImpl(Inline)] public static Quad<Vector128<int>> ShiftRightInt(Quad<Vector128<int>> a, int count) => new() { A = Vector128.ShiftRightLogical(a.A, count), B = Vector128.ShiftRightLogical(a.B, count), C = Vector128.ShiftRightLogical(a.C, count), D = Vector128.ShiftRightLogical(a.D, count) };
    [MethodImpl(Inline)] public static Quad<Vector128<int>> ShiftRightInt(Quad<Vector128<int>> a, int* count) => ShiftRightInt(a, *count);
    [MethodImpl(Inline)] public static int SumInt(Quad<Vector128<int>> a) => Vector128.Sum(a.A + a.B + a.C + a.D);
    [MethodImpl(Inline)] public static Quad<Vector128<float>> ToFloat(Quad<Vector128<int>> a) => new() { A = Vector128.ConvertToSingle(a.A), B = Vector128.ConvertToSingle(a.B), C = Vector128.ConvertToSingle(a.C), D = Vector128.ConvertToSingle(a.D) };
    [MethodImpl(Inline)] public static Quad<Vector128<int>> ToInt(Quad<Vector128<float>> a) => new() { A = Vector128.ConvertToInt32Native(a.A), B = Vector128.ConvertToInt32Native(a.B), C = Vector128.ConvertToInt32Native(a.C), D = Vector128.ConvertToInt32Native(a.D) };
    [MethodImpl(Inline)] public static Quad<Vector128<float>> AsFloat(Quad<Vector128<int>> bits) => new() { A = bits.A.AsSingle(), B = bits.B.AsSingle(), C = bits.C.AsSingle(), D = bits.D.AsSingle() };
    [MethodImpl(Inline)] public static Quad<Vector128<int>> AsInt(Quad<Vector128<float>> bits) => new() { A = bits.A.AsInt32(), B = bits.B.AsInt32(), C = bits.C.AsInt32(), D = bits.D.AsInt32() };
    [MethodImpl(Inline)] public static Quad<Vector128<int>> AsInt(Quad<Vector128<byte>> bytes) => new() { A = bytes.A.AsInt32(), B = bytes.B.AsInt32(), C = bytes.C.AsInt32(), D = bytes.D.AsInt32() };

    [MethodImpl(Inline)] public static Quad<Vector128<byte>> LoadBytes(byte* from) => new() { A = Vector128.Load(from), B = Vector128.Load(from + 16), C = Vector128.Load(from + 32), D = Vector128.Load(from + 48) };
    [MethodImpl(Inline)] public static Quad<Vector128<byte>> BroadcastQuad(sbyte* from) => Same(Vector128.Create(*(int*)from).AsByte());
    [MethodImpl(Inline)] public static Quad<Vector128<byte>> And(Quad<Vector128<byte>> a, byte mask) => new() { A = a.A & Vector128.Create(mask), B = a.B & Vector128.Create(mask), C = a.C & Vector128.Create(mask), D = a.D & Vector128.Create(mask) };
    [MethodImpl(Inline)] public static Quad<Vector128<byte>> Or(Quad<Vector128<byte>> a, Quad<Vector128<byte>> b) => new() { A = a.A | b.A, B = a.B | b.B, C = a.C | b.C, D = a.D | b.D };
    [MethodImpl(Inline)] public static Quad<Vector128<byte>> ShiftRight(Quad<Vector128<byte>> a, int count) => new() { A = Vector128.ShiftRightLogical(a.A.AsUInt16(), count).AsByte(), B = Vector128.ShiftRightLogical(a.B.AsUInt16(), count).AsByte(), C = Vector128.ShiftRightLogical(a.C.AsUInt16(), count).AsByte(), D = Vector128.ShiftRightLogical(a.D.AsUInt16(), count).AsByte() };
    [MethodImpl(Inline)] public static Quad<Vector128<byte>> ShiftLeft(Quad<Vector128<byte>> a, int count) => new() { A = Vector128.ShiftLeft(a.A.AsUInt16(), count).AsByte(), B = Vector128.ShiftLeft(a.B.AsUInt16(), count).AsByte(), C = Vector128.ShiftLeft(a.C.AsUInt16(), count).AsByte(), D = Vector128.ShiftLeft(a.D.AsUInt16(), count).AsByte() };
    [MethodImpl(Inline)] public static Quad<Vector128<byte>> MultiplyPairs(Quad<Vector128<byte>> a, Quad<Vector128<byte>> b) => new() { A = Pairs(a.A, b.A), B = Pairs(a.B, b.B), C = Pairs(a.C, b.C), D = Pairs(a.D, b.D) };
    [MethodImpl(Inline)] public static Quad<Vector128<byte>> AddShorts(Quad<Vector128<byte>> a, Quad<Vector128<byte>> b) => new() { A = (a.A.AsInt16() + b.A.AsInt16()).AsByte(), B = (a.B.AsInt16() + b.B.AsInt16()).AsByte(), C = (a.C.AsInt16() + b.C.AsInt16()).AsByte(), D = (a.D.AsInt16() + b.D.AsInt16()).AsByte() };
    [MethodImpl(Inline)] public static Quad<Vector128<int>> AddNeighbours(Quad<Vector128<byte>> shorts) => new() { A = Neighbours(shorts.A), B = Neighbours(shorts.B), C = Neighbours(shorts.C), D = Neighbours(shorts.D) };

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

    /// <summary>What NEON does, and what no x86 reaches: tests compare the two there.</summary>
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
