using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sandglass.Kernels;

/// <summary>F32 activations of one token -> blocks of int8 with the largest element apart.</summary>
internal static unsafe class ActivationQuantizer
{
    /// <summary>Below this 127 / x would be infinite: a block whose others are all smaller than that is taken as zeros beside its largest.</summary>
    private const float Smallest = 1e-36f;

    /// <param name="x">[columns], columns a multiple of 32.</param>
    /// <param name="columns">Elements of the token.</param>
    /// <param name="blocks">[columns / 32], <paramref name="stride"/> apart.</param>
    /// <param name="stride">Blocks from one of the token's to its next: the batch's tokens stand side by side.</param>
    public static void Quantize(float* x, int columns, ActivationBlock* blocks, int stride)
    {
        switch (KernelPath.Current)
        {
            case KernelWidth.Vector512: Vector<Lanes512, Vector512<float>, Vector512<int>, Vector512<byte>>(x, columns, blocks, stride); break;
            case KernelWidth.Vector256: Vector<Lanes256, Pair<Vector256<float>>, Pair<Vector256<int>>, Pair<Vector256<byte>>>(x, columns, blocks, stride); break;
            case KernelWidth.Vector128: Vector<Lanes128, Quad<Vector128<float>>, Quad<Vector128<int>>, Quad<Vector128<byte>>>(x, columns, blocks, stride); break;
            default: Scalar(x, columns, blocks, stride); break;
        }
    }

    internal static void Scalar(float* x, int columns, ActivationBlock* blocks, int stride)
    {
        for (; columns > 0; columns -= ActivationBlock.Columns, x += ActivationBlock.Columns, blocks += stride)
        {
            int largest = 0;
            bool numbers = x[0] == x[0]; // NaN alone differs from itself
            for (int i = 1; i < ActivationBlock.Columns; i++)
            {
                numbers &= x[i] == x[i];
                if (MathF.Abs(x[i]) > MathF.Abs(x[largest])) largest = i;
            }
            float second = 0;
            for (int i = 0; i < ActivationBlock.Columns; i++)
            {
                if (i != largest) second = MathF.Max(second, MathF.Abs(x[i]));
            }
            if (!numbers || float.IsInfinity(second))
            {
                Spoil(blocks);
                continue;
            }
            float inverse = Inverse(second);
            blocks->Scale = second / 127f;
            blocks->SetLargest(largest, x[largest]);
            int low = 0, high = 0;
            for (int i = 0; i < ActivationBlock.Columns; i++)
            {
                int code = i == largest ? 0 : (int)(x[i] * inverse + Elementary.RoundMagic - Elementary.RoundMagic);
                blocks->Codes[i] = (sbyte)code;
                if (i < 16) low += code;
                else high += code;
            }
            blocks->SetSums(low, high);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<L, F, I, B>(float* x, int columns, ActivationBlock* blocks, int stride)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        float* lanes = stackalloc float[32];
        F rounding = L.Broadcast(Elementary.RoundMagic);
        for (; columns > 0; columns -= ActivationBlock.Columns, x += ActivationBlock.Columns, blocks += stride)
        {
            F low = L.Load(x), high = L.Load(x + 16);
            F lowSize = L.Abs(low), highSize = L.Abs(high);
            F top = L.Broadcast(Largest<L, F, I, B>(L.Max(lowSize, highSize), lanes));
            uint at = L.EqualMask(lowSize, top) | (L.EqualMask(highSize, top) << 16);
            int largest = BitOperations.TrailingZeroCount(at) & 31; // a NaN equals nothing: stay inside the block
            bool numbers = (L.EqualMask(low, low) & L.EqualMask(high, high)) == 0xFFFF; // a maximum may lose a NaN, a comparison does not

            L.Store(lanes, low);
            L.Store(lanes + 16, high);
            lanes[largest] = 0;
            low = L.Load(lanes);
            high = L.Load(lanes + 16);
            float second = Largest<L, F, I, B>(L.Max(L.Abs(low), L.Abs(high)), lanes);

            if (!numbers || float.IsInfinity(second))
            {
                Spoil(blocks);
                continue;
            }

            F inverse = L.Broadcast(Inverse(second));
            I lowCodes = L.ToInt(L.Subtract(L.Add(L.Multiply(low, inverse), rounding), rounding));
            I highCodes = L.ToInt(L.Subtract(L.Add(L.Multiply(high, inverse), rounding), rounding));
            L.StoreLowBytes(blocks->Codes, lowCodes);
            L.StoreLowBytes(blocks->Codes + 16, highCodes);
            blocks->Scale = second / 127f;
            blocks->SetLargest(largest, x[largest]);
            blocks->SetSums(L.SumInt(lowCodes), L.SumInt(highCodes));
        }
    }

    private static float Inverse(float second) => second < Smallest ? 0 : 127f / second;

    /// <summary>A block with a NaN, or with two infinities, makes every product that it enters NaN: nothing broken goes on as if it were text.</summary>
    private static void Spoil(ActivationBlock* block)
    {
        *block = default;
        block->Scale = float.NaN;
    }

    /// <summary>The largest lane: the same in any order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Largest<L, F, I, B>(F values, float* scratch)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        L.Store(scratch, values);
        Vector128<float> a = Vector128.MaxNative(Vector128.Load(scratch), Vector128.Load(scratch + 4));
        Vector128<float> b = Vector128.MaxNative(Vector128.Load(scratch + 8), Vector128.Load(scratch + 12));
        a = Vector128.MaxNative(a, b);
        return MathF.Max(MathF.Max(a[0], a[1]), MathF.Max(a[2], a[3]));
    }
}
