using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Bytes = Sandglass.Kernels.Pair<System.Runtime.Intrinsics.Vector256<byte>>;
using Floats = Sandglass.Kernels.Pair<System.Runtime.Intrinsics.Vector256<float>>;
using Ints = Sandglass.Kernels.Pair<System.Runtime.Intrinsics.Vector256<int>>;

namespace Sandglass.Kernels;

/// <summary>Two vectors side by side.</summary>
internal struct Pair<T>
    where T : struct
{
    // Fields without a constructor: otherwise a kernel of a hundred operations needs two hundred inlinings, more than the JIT's budget.
    public T A;
    public T B;
}

/// <summary>Sixteen lanes in two vectors of 256 bits (AVX2 with FMA).</summary>
internal readonly unsafe struct Lanes256 : ILanes<Floats, Ints, Bytes>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    [MethodImpl(Inline)] public static Floats Load(float* from) => new() { A = Vector256.Load(from), B = Vector256.Load(from + 8) };

    [MethodImpl(Inline)]
    public static void Store(float* to, Floats value)
    {
        value.A.Store(to);
        value.B.Store(to + 8);
    }

    [MethodImpl(Inline)] public static Floats Broadcast(float value) => Same(Vector256.Create(value));
    [MethodImpl(Inline)] public static Floats Add(Floats a, Floats b) => new() { A = a.A + b.A, B = a.B + b.B };
    [MethodImpl(Inline)] public static Floats Subtract(Floats a, Floats b) => new() { A = a.A - b.A, B = a.B - b.B };
    [MethodImpl(Inline)] public static Floats Multiply(Floats a, Floats b) => new() { A = a.A * b.A, B = a.B * b.B };
    [MethodImpl(Inline)] public static Floats Divide(Floats a, Floats b) => new() { A = a.A / b.A, B = a.B / b.B };

    [MethodImpl(Inline)]
    public static Floats Fma(Floats a, Floats b, Floats c) =>
        new() { A = Vector256.FusedMultiplyAdd(a.A, b.A, c.A), B = Vector256.FusedMultiplyAdd(a.B, b.B, c.B) };

    [MethodImpl(Inline)] public static Floats Scale(Floats a, Floats power) => Lanes<Lanes256, Floats, Ints, Bytes>.ScaleTwice(a, power);
    [MethodImpl(Inline)] public static Floats Max(Floats a, Floats b) => new() { A = Vector256.MaxNative(a.A, b.A), B = Vector256.MaxNative(a.B, b.B) };
    [MethodImpl(Inline)] public static Floats Min(Floats a, Floats b) => new() { A = Vector256.MinNative(a.A, b.A), B = Vector256.MinNative(a.B, b.B) };
    [MethodImpl(Inline)] public static Floats Abs(Floats a) => new() { A = Vector256.Abs(a.A), B = Vector256.Abs(a.B) };
    [MethodImpl(Inline)] public static Floats Sqrt(Floats a) => new() { A = Vector256.Sqrt(a.A), B = Vector256.Sqrt(a.B) };
    [MethodImpl(Inline)] public static float Largest(Floats a) => Largest(Vector256.MaxNative(a.A, a.B));

    [MethodImpl(Inline)]
    public static uint EqualMask(Floats a, Floats b) =>
        (Vector256.Equals(a.A, b.A).ExtractMostSignificantBits()) | (Vector256.Equals(a.B, b.B).ExtractMostSignificantBits() << 8);

    [MethodImpl(Inline)]
    public static Floats WhereAtLeast(Floats a, Floats b, Floats value) =>
        new() { A = Vector256.GreaterThanOrEqual(a.A, b.A) & value.A, B = Vector256.GreaterThanOrEqual(a.B, b.B) & value.B };

    [MethodImpl(Inline)] public static Floats LoadHalf(ushort* from) => new() { A = Half(from), B = Half(from + 8) };
    [MethodImpl(Inline)] public static Floats LoadShrunkHalf(ushort* from) => new() { A = ShrunkHalf(from), B = ShrunkHalf(from + 8) };

    [MethodImpl(Inline)]
    public static Floats LoadBFloat(ushort* from) =>
        new() { A = Vector256.ShiftLeft(Widen(from), 16).AsSingle(), B = Vector256.ShiftLeft(Widen(from + 8), 16).AsSingle() };

    [MethodImpl(Inline)] public static Ints LoadInts(byte* from) => new() { A = Vector256.Load((int*)from), B = Vector256.Load((int*)from + 8) };
    [MethodImpl(Inline)] public static Ints BroadcastInt(int value) => Same(Vector256.Create(value));
    [MethodImpl(Inline)] public static Ints LoadWideBytes(byte* from) => new() { A = Widen(from), B = Widen(from + 8) };
    [MethodImpl(Inline)] public static Ints LoadWideSBytes(byte* from) => new() { A = WidenSigned((sbyte*)from), B = WidenSigned((sbyte*)from + 8) };

    [MethodImpl(Inline)]
    public static void StoreLowBytes(sbyte* to, Ints value)
    {
        for (int i = 0; i < 8; i++)
        {
            to[i] = (sbyte)value.A.GetElement(i);
            to[i + 8] = (sbyte)value.B.GetElement(i);
        }
    }

    [MethodImpl(Inline)] public static void StoreLowShorts(ushort* to, Ints value) => Vector256.Narrow(value.A.AsUInt32(), value.B.AsUInt32()).Store(to);
    [MethodImpl(Inline)] public static Ints AddInt(Ints a, Ints b) => new() { A = a.A + b.A, B = a.B + b.B };
    [MethodImpl(Inline)] public static Ints SubtractInt(Ints a, Ints b) => new() { A = a.A - b.A, B = a.B - b.B };
    [MethodImpl(Inline)] public static Ints AndInt(Ints a, Ints b) => new() { A = a.A & b.A, B = a.B & b.B };
    [MethodImpl(Inline)] public static Ints OrInt(Ints a, Ints b) => new() { A = a.A | b.A, B = a.B | b.B };

    [MethodImpl(Inline)]
    public static Ints ShiftLeftInt(Ints a, int count) =>
        new() { A = Vector256.ShiftLeft(a.A, count), B = Vector256.ShiftLeft(a.B, count) };

    [MethodImpl(Inline)]
    public static Ints ShiftRightInt(Ints a, int count) =>
        new() { A = Vector256.ShiftRightLogical(a.A, count), B = Vector256.ShiftRightLogical(a.B, count) };

    [MethodImpl(Inline)]
    public static Ints ShiftRightInt(Ints a, int* count) =>
        new()
        {
            A = Avx2.ShiftRightLogicalVariable(a.A, Vector256.Create(*count).AsUInt32()),
            B = Avx2.ShiftRightLogicalVariable(a.B, Vector256.Create(*count).AsUInt32())
        };

    [MethodImpl(Inline)] public static int SumInt(Ints a) => Vector256.Sum(a.A + a.B);
    [MethodImpl(Inline)] public static Floats ToFloat(Ints a) => new() { A = Vector256.ConvertToSingle(a.A), B = Vector256.ConvertToSingle(a.B) };
    [MethodImpl(Inline)] public static Ints ToInt(Floats a) => new() { A = Vector256.ConvertToInt32Native(a.A), B = Vector256.ConvertToInt32Native(a.B) };
    [MethodImpl(Inline)] public static Floats AsFloat(Ints bits) => new() { A = bits.A.AsSingle(), B = bits.B.AsSingle() };
    [MethodImpl(Inline)] public static Ints AsInt(Floats bits) => new() { A = bits.A.AsInt32(), B = bits.B.AsInt32() };
    [MethodImpl(Inline)] public static Ints AsInt(Bytes bytes) => new() { A = bytes.A.AsInt32(), B = bytes.B.AsInt32() };

    [MethodImpl(Inline)] public static Bytes LoadBytes(byte* from) => new() { A = Vector256.Load(from), B = Vector256.Load(from + 32) };
    [MethodImpl(Inline)] public static Bytes BroadcastQuad(sbyte* from) => Same(Vector256.Create(*(int*)from).AsByte());
    [MethodImpl(Inline)] public static Bytes And(Bytes a, byte mask) => new() { A = a.A & Vector256.Create(mask), B = a.B & Vector256.Create(mask) };
    [MethodImpl(Inline)] public static Bytes Or(Bytes a, Bytes b) => new() { A = a.A | b.A, B = a.B | b.B };

    [MethodImpl(Inline)]
    public static Bytes ShiftRight(Bytes a, int count) =>
        new() { A = Vector256.ShiftRightLogical(a.A.AsUInt16(), count).AsByte(), B = Vector256.ShiftRightLogical(a.B.AsUInt16(), count).AsByte() };

    [MethodImpl(Inline)]
    public static Bytes ShiftLeft(Bytes a, int count) =>
        new() { A = Vector256.ShiftLeft(a.A.AsUInt16(), count).AsByte(), B = Vector256.ShiftLeft(a.B.AsUInt16(), count).AsByte() };

    [MethodImpl(Inline)] public static Bytes MultiplyPairs(Bytes a, Bytes b) => new() { A = Pairs(a.A, b.A), B = Pairs(a.B, b.B) };

    [MethodImpl(Inline)]
    public static Bytes AddShorts(Bytes a, Bytes b) =>
        new() { A = (a.A.AsInt16() + b.A.AsInt16()).AsByte(), B = (a.B.AsInt16() + b.B.AsInt16()).AsByte() };

    [MethodImpl(Inline)] public static Ints AddNeighbours(Bytes shorts) => new() { A = Neighbours(shorts.A), B = Neighbours(shorts.B) };

    [MethodImpl(Inline)] internal static float Largest(Vector256<float> a) => Lanes128.Largest(Vector128.MaxNative(a.GetLower(), a.GetUpper()));

    [MethodImpl(Inline)] private static Pair<T> Same<T>(T value) where T : struct => new() { A = value, B = value };

    [MethodImpl(Inline)] private static Vector256<float> Half(ushort* from) => ShrunkHalf(from) * Vector256.Create(F16.ExponentShift);

    [MethodImpl(Inline)]
    private static Vector256<float> ShrunkHalf(ushort* from) =>
        (Vector256.ShiftLeft(WidenSigned((short*)from), 13) & Vector256.Create(F16.WidenedMask)).AsSingle();

    [MethodImpl(Inline)] private static Vector256<int> Widen(ushort* from) => Avx2.ConvertToVector256Int32(from);
    [MethodImpl(Inline)] private static Vector256<int> WidenSigned(short* from) => Avx2.ConvertToVector256Int32(from);
    [MethodImpl(Inline)] private static Vector256<int> Widen(byte* from) => Avx2.ConvertToVector256Int32(from);
    [MethodImpl(Inline)] private static Vector256<int> WidenSigned(sbyte* from) => Avx2.ConvertToVector256Int32(from);
    [MethodImpl(Inline)] private static Vector256<byte> Pairs(Vector256<byte> a, Vector256<byte> b) => Avx2.MultiplyAddAdjacent(a, b.AsSByte()).AsByte();

    [MethodImpl(Inline)]
    private static Vector256<int> Neighbours(Vector256<byte> shorts) =>
        Avx2.MultiplyAddAdjacent(shorts.AsInt16(), Vector256.Create((short)1));
}
