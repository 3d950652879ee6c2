using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector128<double>;

namespace Sandglass.Kernels;

/// <summary>Two F64 in one vector of 128 bits.</summary>
internal readonly unsafe struct DoubleLanes128 : IDoubleLanes<Vector128<double>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count => 2;

    [MethodImpl(Inline)] public static V Widen(float* from) => Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(double*)from).AsSingle());

    [MethodImpl(Inline)]
    public static void Narrow(float* to, V value) => *(double*)to = Vector128.Narrow(value, value).AsDouble().ToScalar();

    [MethodImpl(Inline)] public static V Broadcast(double value) => Vector128.Create(value);
    [MethodImpl(Inline)] public static V BroadcastBits(ulong bits) => Vector128.Create(bits).AsDouble();
    [MethodImpl(Inline)] public static void Store(ulong* to, V bits) => bits.AsUInt64().Store(to);
    [MethodImpl(Inline)] public static V Add(V a, V b) => a + b;
    [MethodImpl(Inline)] public static V Subtract(V a, V b) => a - b;
    [MethodImpl(Inline)] public static V Multiply(V a, V b) => a * b;
    [MethodImpl(Inline)] public static V Divide(V a, V b) => a / b;
    [MethodImpl(Inline)] public static V Fma(V a, V b, V c) => Vector128.FusedMultiplyAdd(a, b, c);
    [MethodImpl(Inline)] public static V Min(V a, V b) => Vector128.MinNative(a, b);
    [MethodImpl(Inline)] public static V Max(V a, V b) => Vector128.MaxNative(a, b);
    [MethodImpl(Inline)] public static V AtMost(V a, V b) => Vector128.LessThanOrEqual(a, b);
    [MethodImpl(Inline)] public static V And(V a, V b) => a & b;
    [MethodImpl(Inline)] public static V AddBits(V a, V b) => (a.AsUInt64() + b.AsUInt64()).AsDouble();
    [MethodImpl(Inline)] public static V AddBitsWhere(V mask, V a, V b) => AddBits(a, b & mask);
    [MethodImpl(Inline)] public static V ShiftLeft(V a, int count) => Vector128.ShiftLeft(a.AsUInt64(), count).AsDouble();
    [MethodImpl(Inline)] public static V Select(V mask, V a, V b) => Vector128.ConditionalSelect(mask, a, b);
}
