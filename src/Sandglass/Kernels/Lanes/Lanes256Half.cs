using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sandglass.Kernels;

/// <summary>Which eight of sixteen lanes.</summary>
internal interface IHalf
{
    /// <summary>0 or 1.</summary>
    static abstract int Index { get; }
}

internal readonly struct LowerHalf : IHalf { public static int Index => 0; }
internal readonly struct UpperHalf : IHalf { public static int Index => 1; }

/// <summary>Eight of the sixteen lanes, in one vector of 256 bits: loads and stores touch only that half of the memory of sixteen lanes.</summary>
/// <remarks>
/// For processors with 16 registers (AVX2 without AVX-512): in eight lanes a block of 32 columns is eight vectors of weights, which leaves room for sums;
/// in sixteen lanes it is sixteen, which does not. A kernel that runs for both halves has covered all sixteen lanes.
/// </remarks>
internal readonly unsafe struct Lanes256Half<H> : ILanes<Vector256<float>, Vector256<int>, Vector256<byte>>
    where H : struct, IHalf
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    private static int First => 8 * H.Index;

    [MethodImpl(Inline)] public static Vector256<float> Load(float* from) => Vector256.Load(from + First);
    [MethodImpl(Inline)] public static void Store(float* to, Vector256<float> value) => value.Store(to + First);
    [MethodImpl(Inline)] public static Vector256<float> Broadcast(float value) => Vector256.Create(value);
    [MethodImpl(Inline)] public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;
    [MethodImpl(Inline)] public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;
    [MethodImpl(Inline)] public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;
    [MethodImpl(Inline)] public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;
    [MethodImpl(Inline)] public static Vector256<float> Fma(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Vector256.FusedMultiplyAdd(a, b, c);

    [MethodImpl(Inline)]
    public static Vector256<float> Scale(Vector256<float> a, Vector256<float> power) =>
        Lanes<Lanes256Half<H>, Vector256<float>, Vector256<int>, Vector256<byte>>.ScaleTwice(a, power);

    [MethodImpl(Inline)] public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Vector256.MaxNative(a, b);
    [MethodImpl(Inline)] public static Vector256<float> Min(Vector256<float> a, Vector256<float> b) => Vector256.MinNative(a, b);
    [MethodImpl(Inline)] public static Vector256<float> Abs(Vector256<float> a) => Vector256.Abs(a);
    [MethodImpl(Inline)] public static Vector256<float> Sqrt(Vector256<float> a) => Vector256.Sqrt(a);
    [MethodImpl(Inline)] public static float Largest(Vector256<float> a) => Lanes256.Largest(a);
    [MethodImpl(Inline)] public static uint EqualMask(Vector256<float> a, Vector256<float> b) => Vector256.Equals(a, b).ExtractMostSignificantBits() << First;

    [MethodImpl(Inline)]
    public static Vector256<float> WhereAtLeast(Vector256<float> a, Vector256<float> b, Vector256<float> value) => Vector256.GreaterThanOrEqual(a, b) & value;

    [MethodImpl(Inline)] public static Vector256<float> LoadHalf(ushort* from) => LoadShrunkHalf(from) * Vector256.Create(F16.ExponentShift);

    [MethodImpl(Inline)]
    public static Vector256<float> LoadShrunkHalf(ushort* from) =>
        (Vector256.ShiftLeft(Avx2.ConvertToVector256Int32((short*)from + First), 13) & Vector256.Create(F16.WidenedMask)).AsSingle();

    [MethodImpl(Inline)]
    public static Vector256<float> LoadBFloat(ushort* from) =>
        Vector256.ShiftLeft(Avx2.ConvertToVector256Int32(from + First), 16).AsSingle();

    [MethodImpl(Inline)] public static Vector256<int> LoadInts(byte* from) => Vector256.Load((int*)from + First);
    [MethodImpl(Inline)] public static Vector256<int> BroadcastInt(int value) => Vector256.Create(value);
    [MethodImpl(Inline)] public static Vector256<int> LoadWideBytes(byte* from) => Avx2.ConvertToVector256Int32(from + First);
    [MethodImpl(Inline)] public static Vector256<int> LoadWideSBytes(byte* from) => Avx2.ConvertToVector256Int32((sbyte*)from + First);

    [MethodImpl(Inline)]
    public static void StoreLowBytes(sbyte* to, Vector256<int> value)
    {
        for (int i = 0; i < 8; i++)
            to[First + i] = (sbyte)value.GetElement(i);
    }

    [MethodImpl(Inline)]
    public static void StoreLowShorts(ushort* to, Vector256<int> value) =>
        Vector128.Narrow(value.GetLower().AsUInt32(), value.GetUpper().AsUInt32()).Store(to + First);

    [MethodImpl(Inline)] public static Vector256<int> AddInt(Vector256<int> a, Vector256<int> b) => a + b;
    [MethodImpl(Inline)] public static Vector256<int> SubtractInt(Vector256<int> a, Vector256<int> b) => a - b;
    [MethodImpl(Inline)] public static Vector256<int> AndInt(Vector256<int> a, Vector256<int> b) => a & b;
    [MethodImpl(Inline)] public static Vector256<int> OrInt(Vector256<int> a, Vector256<int> b) => a | b;
    [MethodImpl(Inline)] public static Vector256<int> ShiftLeftInt(Vector256<int> a, int count) => Vector256.ShiftLeft(a, count);
    [MethodImpl(Inline)] public static Vector256<int> ShiftRightInt(Vector256<int> a, int count) => Vector256.ShiftRightLogical(a, count);

    [MethodImpl(Inline)]
    public static Vector256<int> ShiftRightInt(Vector256<int> a, int* count) =>
        Avx2.ShiftRightLogicalVariable(a, Vector256.Create(*count).AsUInt32());

    [MethodImpl(Inline)] public static int SumInt(Vector256<int> a) => Vector256.Sum(a);
    [MethodImpl(Inline)] public static Vector256<float> ToFloat(Vector256<int> a) => Vector256.ConvertToSingle(a);
    [MethodImpl(Inline)] public static Vector256<int> ToInt(Vector256<float> a) => Vector256.ConvertToInt32Native(a);
    [MethodImpl(Inline)] public static Vector256<float> AsFloat(Vector256<int> bits) => bits.AsSingle();
    [MethodImpl(Inline)] public static Vector256<int> AsInt(Vector256<float> bits) => bits.AsInt32();
    [MethodImpl(Inline)] public static Vector256<int> AsInt(Vector256<byte> bytes) => bytes.AsInt32();

    [MethodImpl(Inline)] public static Vector256<byte> LoadBytes(byte* from) => Vector256.Load(from + 4 * First);
    [MethodImpl(Inline)] public static Vector256<byte> BroadcastQuad(sbyte* from) => Vector256.Create(*(int*)from).AsByte();
    [MethodImpl(Inline)] public static Vector256<byte> And(Vector256<byte> a, byte mask) => a & Vector256.Create(mask);
    [MethodImpl(Inline)] public static Vector256<byte> Or(Vector256<byte> a, Vector256<byte> b) => a | b;
    [MethodImpl(Inline)] public static Vector256<byte> ShiftRight(Vector256<byte> a, int count) => Vector256.ShiftRightLogical(a.AsUInt16(), count).AsByte();
    [MethodImpl(Inline)] public static Vector256<byte> ShiftLeft(Vector256<byte> a, int count) => Vector256.ShiftLeft(a.AsUInt16(), count).AsByte();
    [MethodImpl(Inline)] public static Vector256<byte> MultiplyPairs(Vector256<byte> a, Vector256<byte> b) => Avx2.MultiplyAddAdjacent(a, b.AsSByte()).AsByte();
    [MethodImpl(Inline)] public static Vector256<byte> AddShorts(Vector256<byte> a, Vector256<byte> b) => (a.AsInt16() + b.AsInt16()).AsByte();

    [MethodImpl(Inline)]
    public static Vector256<int> AddNeighbours(Vector256<byte> shorts) =>
        Avx2.MultiplyAddAdjacent(shorts.AsInt16(), Vector256.Create((short)1));
}
