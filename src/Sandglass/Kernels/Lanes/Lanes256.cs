using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sandglass.Kernels;

/// <summary>Two vectors side by side.</summary>
internal struct Pair<T>
    where T : struct
{
    // Fields and no constructor: a kernel of a hundred operations would else need two hundred inlinings, more than the JIT has patience for.
    public T A;
    public T B;
}

/// <summary>Sixteen lanes in two vectors of 256 bits (AVX2 with FMA).</summary>
internal readonly unsafe struct Lanes256 : ILanes<Pair<Vector256<float>>, Pair<Vector256<int>>, Pair<Vector256<byte>>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    [MethodImpl(Inline)] public static Pair<Vector256<float>> Load(float* from) => new() { A = Vector256.Load(from), B = Vector256.Load(from + 8) };

    [MethodImpl(Inline)]
    public static void Store(float* to, Pair<Vector256<float>> value)
    {
        value.A.Store(to);
        value.B.Store(to + 8);
    }

    [MethodImpl(Inline)] public static Pair<Vector256<float>> Broadcast(float value) => Same(Vector256.Create(value));
    [MethodImpl(Inline)] public static Pair<Vector256<float>> Add(Pair<Vector256<float>> a, Pair<Vector256<float>> b) => new() { A = a.A + b.A, B = a.B + b.B };
    [MethodImpl(Inline)] public static Pair<Vector256<float>> Subtract(Pair<Vector256<float>> a, Pair<Vector256<float>> b) => new() { A = a.A - b.A, B = a.B - b.B };
    [MethodImpl(Inline)] public static Pair<Vector256<float>> Multiply(Pair<Vector256<float>> a, Pair<Vector256<float>> b) => new() { A = a.A * b.A, B = a.B * b.B };
    [MethodImpl(Inline)] public static Pair<Vector256<float>> Divide(Pair<Vector256<float>> a, Pair<Vector256<float>> b) => new() { A = a.A / b.A, B = a.B / b.B };
    [MethodImpl(Inline)] public static Pair<Vector256<float>> Fma(Pair<Vector256<float>> a, Pair<Vector256<float>> b, Pair<Vector256<float>> c) => new() { A = Vector256.FusedMultiplyAdd(a.A, b.A, c.A), B = Vector256.FusedMultiplyAdd(a.B, b.B, c.B) };
    [MethodImpl(Inline)] public static Pair<Vector256<float>> Scale(Pair<Vector256<float>> a, Pair<Vector256<float>> power) => Lanes<Lanes256, Pair<Vector256<float>>, Pair<Vector256<int>>, Pair<Vector256<byte>>>.ScaleTwice(a, power);
    [MethodImpl(Inline)] public static Pair<Vector256<float>> Max(Pair<Vector256<float>> a, Pair<Vector256<float>> b) => new() { A = Vector256.MaxNative(a.A, b.A), B = Vector256.MaxNative(a.B, b.B) };
    [MethodImpl(Inline)] public static Pair<Vector256<float>> Min(Pair<Vector256<float>> a, Pair<Vector256<float>> b) => new() { A = Vector256.MinNative(a.A, b.A), B = Vector256.MinNative(a.B, b.B) };
    [MethodImpl(Inline)] public static Pair<Vector256<float>> Abs(Pair<Vector256<float>> a) => new() { A = Vector256.Abs(a.A), B = Vector256.Abs(a.B) };
    [MethodImpl(Inline)] public static float Largest(Pair<Vector256<float>> a) => Largest(Vector256.MaxNative(a.A, a.B));
    [MethodImpl(Inline)] public static uint EqualMask(Pair<Vector256<float>> a, Pair<Vector256<float>> b) => (Vector256.Equals(a.A, b.A).ExtractMostSignificantBits()) | (Vector256.Equals(a.B, b.B).ExtractMostSignificantBits() << 8);
    [MethodImpl(Inline)] public static Pair<Vector256<float>> LoadHalf(ushort* from) => new() { A = Half(from), B = Half(from + 8) };
    [MethodImpl(Inline)] public static Pair<Vector256<float>> LoadShrunkHalf(ushort* from) => new() { A = ShrunkHalf(from), B = ShrunkHalf(from + 8) };
    [MethodImpl(Inline)] public static Pair<Vector256<float>> LoadBFloat(ushort* from) => new() { A = Vector256.ShiftLeft(Widen(from), 16).AsSingle(), B = Vector256.ShiftLeft(Widen(from + 8), 16).AsSingle() };

    [MethodImpl(Inline)] public static Pair<Vector256<int>> LoadInts(byte* from) => new() { A = Vector256.Load((int*)from), B = Vector256.Load((int*)from + 8) };
    [MethodImpl(Inline)] public static Pair<Vector256<int>> BroadcastInt(int value) => Same(Vector256.Create(value));
    [MethodImpl(Inline)] public static Pair<Vector256<int>> LoadWideBytes(byte* from) => new() { A = Widen(from), B = Widen(from + 8) };
    [MethodImpl(Inline)] public static Pair<Vector256<int>> LoadWideSBytes(byte* from) => new() { A = WidenSigned((sbyte*)from), B = WidenSigned((sbyte*)from + 8) };

    [MethodImpl(Inline)]
    public static void StoreLowBytes(sbyte* to, Pair<Vector256<int>> value)
    {
        for (int i = 0; i < 8; i++)
        {
            to[i] = (sbyte)value.A.GetElement(i);
            to[i + 8] = (sbyte)value.B.GetElement(i);
        }
    }

    [MethodImpl(Inline)] public static void StoreLowShorts(ushort* to, Pair<Vector256<int>> value) => Vector256.Narrow(value.A.AsUInt32(), value.B.AsUInt32()).Store(to);
    [MethodImpl(Inline)] public static Pair<Vector256<int>> AddInt(Pair<Vector256<int>> a, Pair<Vector256<int>> b) => new() { A = a.A + b.A, B = a.B + b.B };
    [MethodImpl(Inline)] public static Pair<Vector256<int>> SubtractInt(Pair<Vector256<int>> a, Pair<Vector256<int>> b) => new() { A = a.A - b.A, B = a.B - b.B };
    [MethodImpl(Inline)] public static Pair<Vector256<int>> AndInt(Pair<Vector256<int>> a, Pair<Vector256<int>> b) => new() { A = a.A & b.A, B = a.B & b.B };
    [MethodImpl(Inline)] public static Pair<Vector256<int>> OrInt(Pair<Vector256<int>> a, Pair<Vector256<int>> b) => new() { A = a.A | b.A, B = a.B | b.B };
    [MethodImpl(Inline)] public static Pair<Vector256<int>> ShiftLeftInt(Pair<Vector256<int>> a, int count) => new() { A = Vector256.ShiftLeft(a.A, count), B = Vector256.ShiftLeft(a.B, count) };
    [MethodImpl(Inline)] public static Pair<Vector256<int>> ShiftRightInt(Pair<Vector256<int>> a, int count) => new() { A = Vector256.ShiftRightLogical(a.A, count), B = Vector256.ShiftRightLogical(a.B, count) };
    [MethodImpl(Inline)] public static Pair<Vector256<int>> ShiftRightInt(Pair<Vector256<int>> a, int* count) => new() { A = Avx2.ShiftRightLogicalVariable(a.A, Vector256.Create(*count).AsUInt32()), B = Avx2.ShiftRightLogicalVariable(a.B, Vector256.Create(*count).AsUInt32()) };
    [MethodImpl(Inline)] public static int SumInt(Pair<Vector256<int>> a) => Vector256.Sum(a.A + a.B);
    [MethodImpl(Inline)] public static Pair<Vector256<float>> ToFloat(Pair<Vector256<int>> a) => new() { A = Vector256.ConvertToSingle(a.A), B = Vector256.ConvertToSingle(a.B) };
    [MethodImpl(Inline)] public static Pair<Vector256<int>> ToInt(Pair<Vector256<float>> a) => new() { A = Vector256.ConvertToInt32Native(a.A), B = Vector256.ConvertToInt32Native(a.B) };
    [MethodImpl(Inline)] public static Pair<Vector256<float>> AsFloat(Pair<Vector256<int>> bits) => new() { A = bits.A.AsSingle(), B = bits.B.AsSingle() };
    [MethodImpl(Inline)] public static Pair<Vector256<int>> AsInt(Pair<Vector256<float>> bits) => new() { A = bits.A.AsInt32(), B = bits.B.AsInt32() };
    [MethodImpl(Inline)] public static Pair<Vector256<int>> AsInt(Pair<Vector256<byte>> bytes) => new() { A = bytes.A.AsInt32(), B = bytes.B.AsInt32() };

    [MethodImpl(Inline)] public static Pair<Vector256<byte>> LoadBytes(byte* from) => new() { A = Vector256.Load(from), B = Vector256.Load(from + 32) };
    [MethodImpl(Inline)] public static Pair<Vector256<byte>> BroadcastQuad(sbyte* from) => Same(Vector256.Create(*(int*)from).AsByte());
    [MethodImpl(Inline)] public static Pair<Vector256<byte>> And(Pair<Vector256<byte>> a, byte mask) => new() { A = a.A & Vector256.Create(mask), B = a.B & Vector256.Create(mask) };
    [MethodImpl(Inline)] public static Pair<Vector256<byte>> Or(Pair<Vector256<byte>> a, Pair<Vector256<byte>> b) => new() { A = a.A | b.A, B = a.B | b.B };
    [MethodImpl(Inline)] public static Pair<Vector256<byte>> ShiftRight(Pair<Vector256<byte>> a, int count) => new() { A = Vector256.ShiftRightLogical(a.A.AsUInt16(), count).AsByte(), B = Vector256.ShiftRightLogical(a.B.AsUInt16(), count).AsByte() };
    [MethodImpl(Inline)] public static Pair<Vector256<byte>> ShiftLeft(Pair<Vector256<byte>> a, int count) => new() { A = Vector256.ShiftLeft(a.A.AsUInt16(), count).AsByte(), B = Vector256.ShiftLeft(a.B.AsUInt16(), count).AsByte() };
    [MethodImpl(Inline)] public static Pair<Vector256<byte>> MultiplyPairs(Pair<Vector256<byte>> a, Pair<Vector256<byte>> b) => new() { A = Pairs(a.A, b.A), B = Pairs(a.B, b.B) };
    [MethodImpl(Inline)] public static Pair<Vector256<byte>> AddShorts(Pair<Vector256<byte>> a, Pair<Vector256<byte>> b) => new() { A = (a.A.AsInt16() + b.A.AsInt16()).AsByte(), B = (a.B.AsInt16() + b.B.AsInt16()).AsByte() };
    [MethodImpl(Inline)] public static Pair<Vector256<int>> AddNeighbours(Pair<Vector256<byte>> shorts) => new() { A = Neighbours(shorts.A), B = Neighbours(shorts.B) };

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
    [MethodImpl(Inline)] private static Vector256<int> Neighbours(Vector256<byte> shorts) => Avx2.MultiplyAddAdjacent(shorts.AsInt16(), Vector256.Create((short)1));
}
