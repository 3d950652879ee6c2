using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using V = System.Runtime.Intrinsics.Vector256<double>;

namespace Sandglass.Kernels;

/// <summary>Four F64 in one vector of 256 bits.</summary>
internal readonly unsafe struct DoubleLanes256 : IDoubleLanes<Vector256<double>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count => 4;

    [MethodImpl(Inline)] public static V Widen(float* from) => Avx.ConvertToVector256Double(Vector128.Load(from));
    [MethodImpl(Inline)] public static void Narrow(float* to, V value) => Avx.ConvertToVector128Single(value).Store(to);

    [MethodImpl(Inline)] public static V Broadcast(double value) => Vector256.Create(value);
    [MethodImpl(Inline)] public static V BroadcastBits(ulong bits) => Vector256.Create(bits).AsDouble();
    [MethodImpl(Inline)] public static void Store(ulong* to, V bits) => bits.AsUInt64().Store(to);
    [MethodImpl(Inline)] public static V Add(V a, V b) => a + b;
    [MethodImpl(Inline)] public static V Subtract(V a, V b) => a - b;
    [MethodImpl(Inline)] public static V Multiply(V a, V b) => a * b;
    [MethodImpl(Inline)] public static V Divide(V a, V b) => a / b;
    [MethodImpl(Inline)] public static V Fma(V a, V b, V c) => Vector256.FusedMultiplyAdd(a, b, c);
    [MethodImpl(Inline)] public static V Min(V a, V b) => Vector256.MinNative(a, b);
    [MethodImpl(Inline)] public static V Max(V a, V b) => Vector256.MaxNative(a, b);
    [MethodImpl(Inline)] public static V AtMost(V a, V b) => Vector256.LessThanOrEqual(a, b);
    [MethodImpl(Inline)] public static V And(V a, V b) => a & b;
    [MethodImpl(Inline)] public static V AddBits(V a, V b) => (a.AsUInt64() + b.AsUInt64()).AsDouble();
    [MethodImpl(Inline)] public static V AddBitsWhere(V mask, V a, V b) => AddBits(a, b & mask);
    [MethodImpl(Inline)] public static V ShiftLeft(V a, int count) => Vector256.ShiftLeft(a.AsUInt64(), count).AsDouble();
    [MethodImpl(Inline)] public static V Select(V mask, V a, V b) => Vector256.ConditionalSelect(mask, a, b);
}
