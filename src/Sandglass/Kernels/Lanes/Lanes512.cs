using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sandglass.Kernels;

/// <summary>Sixteen lanes in one vector of 512 bits.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>, Vector512<int>, Vector512<byte>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    [MethodImpl(Inline)] public static Vector512<float> Load(float* from) => Vector512.Load(from);
    [MethodImpl(Inline)] public static void Store(float* to, Vector512<float> value) => value.Store(to);
    [MethodImpl(Inline)] public static Vector512<float> Broadcast(float value) => Vector512.Create(value);
    [MethodImpl(Inline)] public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;
    [MethodImpl(Inline)] public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;
    [MethodImpl(Inline)] public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;
    [MethodImpl(Inline)] public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;
    [MethodImpl(Inline)] public static Vector512<float> Fma(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.FusedMultiplyAdd(a, b, c);
    [MethodImpl(Inline)] public static Vector512<float> Scale(Vector512<float> a, Vector512<float> power) => Avx512F.Scale(a, power);
    [MethodImpl(Inline)] public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Vector512.MaxNative(a, b);
    [MethodImpl(Inline)] public static Vector512<float> Min(Vector512<float> a, Vector512<float> b) => Vector512.MinNative(a, b);
    [MethodImpl(Inline)] public static Vector512<float> Abs(Vector512<float> a) => Vector512.Abs(a);
    [MethodImpl(Inline)] public static Vector512<float> Sqrt(Vector512<float> a) => Vector512.Sqrt(a);
    [MethodImpl(Inline)] public static float Largest(Vector512<float> a) => Lanes256.Largest(Vector256.MaxNative(a.GetLower(), a.GetUpper()));
    [MethodImpl(Inline)] public static uint EqualMask(Vector512<float> a, Vector512<float> b) => (uint)Vector512.Equals(a, b).ExtractMostSignificantBits();

    [MethodImpl(Inline)]
    public static Vector512<float> WhereAtLeast(Vector512<float> a, Vector512<float> b, Vector512<float> value) =>
        Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(a, b), value, Vector512<float>.Zero);

    // Subnormals included: 2^112 corrects the difference of the exponent biases.
    [MethodImpl(Inline)] public static Vector512<float> LoadHalf(ushort* from) => LoadShrunkHalf(from) * Vector512.Create(F16.ExponentShift);

    // Sign-extended and shifted, the sign stands in F32's place with three copies below it; without those, exponent and mantissa follow.
    [MethodImpl(Inline)]
    public static Vector512<float> LoadShrunkHalf(ushort* from) =>
        (Vector512.ShiftLeft(Avx512F.ConvertToVector512Int32(Vector256.Load((short*)from)), 13) & Vector512.Create(F16.WidenedMask)).AsSingle();

    [MethodImpl(Inline)]
    public static Vector512<float> LoadBFloat(ushort* from) =>
        Vector512.ShiftLeft(Avx512F.ConvertToVector512Int32(Vector256.Load(from)), 16).AsSingle();

    [MethodImpl(Inline)] public static Vector512<int> LoadInts(byte* from) => Vector512.Load((int*)from);
    [MethodImpl(Inline)] public static Vector512<int> BroadcastInt(int value) => Vector512.Create(value);
    [MethodImpl(Inline)] public static Vector512<int> LoadWideBytes(byte* from) => Avx512F.ConvertToVector512Int32(Vector128.Load(from));
    [MethodImpl(Inline)] public static Vector512<int> LoadWideSBytes(byte* from) => Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)from));
    [MethodImpl(Inline)] public static void StoreLowBytes(sbyte* to, Vector512<int> value) => Avx512F.ConvertToVector128SByte(value).Store(to);
    [MethodImpl(Inline)] public static void StoreLowShorts(ushort* to, Vector512<int> value) => Avx512F.ConvertToVector256UInt16(value).Store(to);
    [MethodImpl(Inline)] public static Vector512<int> AddInt(Vector512<int> a, Vector512<int> b) => a + b;
    [MethodImpl(Inline)] public static Vector512<int> SubtractInt(Vector512<int> a, Vector512<int> b) => a - b;
    [MethodImpl(Inline)] public static Vector512<int> AndInt(Vector512<int> a, Vector512<int> b) => a & b;
    [MethodImpl(Inline)] public static Vector512<int> OrInt(Vector512<int> a, Vector512<int> b) => a | b;
    [MethodImpl(Inline)] public static Vector512<int> ShiftLeftInt(Vector512<int> a, int count) => Vector512.ShiftLeft(a, count);
    [MethodImpl(Inline)] public static Vector512<int> ShiftRightInt(Vector512<int> a, int count) => Vector512.ShiftRightLogical(a, count);

    [MethodImpl(Inline)]
    public static Vector512<int> ShiftRightInt(Vector512<int> a, int* count) =>
        Avx512F.ShiftRightLogicalVariable(a, Vector512.Create(*count).AsUInt32());

    [MethodImpl(Inline)] public static int SumInt(Vector512<int> a) => Vector512.Sum(a);
    [MethodImpl(Inline)] public static Vector512<float> ToFloat(Vector512<int> a) => Vector512.ConvertToSingle(a);
    [MethodImpl(Inline)] public static Vector512<int> ToInt(Vector512<float> a) => Vector512.ConvertToInt32Native(a);
    [MethodImpl(Inline)] public static Vector512<float> AsFloat(Vector512<int> bits) => bits.AsSingle();
    [MethodImpl(Inline)] public static Vector512<int> AsInt(Vector512<float> bits) => bits.AsInt32();
    [MethodImpl(Inline)] public static Vector512<int> AsInt(Vector512<byte> bytes) => bytes.AsInt32();

    [MethodImpl(Inline)] public static Vector512<byte> LoadBytes(byte* from) => Vector512.Load(from);
    [MethodImpl(Inline)] public static Vector512<byte> BroadcastQuad(sbyte* from) => Vector512.Create(*(int*)from).AsByte();
    [MethodImpl(Inline)] public static Vector512<byte> And(Vector512<byte> a, byte mask) => a & Vector512.Create(mask);
    [MethodImpl(Inline)] public static Vector512<byte> Or(Vector512<byte> a, Vector512<byte> b) => a | b;
    [MethodImpl(Inline)] public static Vector512<byte> ShiftRight(Vector512<byte> a, int count) => Vector512.ShiftRightLogical(a.AsUInt16(), count).AsByte();
    [MethodImpl(Inline)] public static Vector512<byte> ShiftLeft(Vector512<byte> a, int count) => Vector512.ShiftLeft(a.AsUInt16(), count).AsByte();

    [MethodImpl(Inline)]
    public static Vector512<byte> MultiplyPairs(Vector512<byte> a, Vector512<byte> b) =>
        Avx512BW.MultiplyAddAdjacent(a, b.AsSByte()).AsByte();

    [MethodImpl(Inline)] public static Vector512<byte> AddShorts(Vector512<byte> a, Vector512<byte> b) => (a.AsInt16() + b.AsInt16()).AsByte();

    [MethodImpl(Inline)]
    public static Vector512<int> AddNeighbours(Vector512<byte> shorts) =>
        Avx512BW.MultiplyAddAdjacent(shorts.AsInt16(), Vector512.Create((short)1));
}
