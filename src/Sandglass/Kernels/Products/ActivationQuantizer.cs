using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sandglass.Kernels;

/// <summary>F32 activations of one token -> blocks of int8 with the largest element apart.</summary>
internal static unsafe class ActivationQuantizer
{
    /// <summary>Below this 127 / x would be infinite: where all other elements of a block are smaller, they count as zeros.</summary>
    private const float Smallest = 1e-36f;

    /// <summary>All bits set except in the 32nd element: read from 31 - i on, it masks element i out of a block.</summary>
    /// <remarks>Storing the element and reloading the vector would cost a failed store forwarding, forty cycles.</remarks>
    private static ReadOnlySpan<int> Without =>
    [
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0,
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    ];

    /// <param name="x">[columns], columns a multiple of 32.</param>
    /// <param name="columns">Elements of the token.</param>
    /// <param name="blocks">[columns / 32], <paramref name="stride"/> apart.</param>
    /// <param name="stride">Distance between consecutive blocks of a token: the batch's tokens are interleaved.</param>
    public static void Quantize(float* x, int columns, ActivationBlock* blocks, int stride) => KernelPath.Run(new Kernel(x, columns, blocks, stride));

    internal static void Scalar(float* x, int columns, ActivationBlock* blocks, int stride)
    {
        for (; columns > 0; columns -= ActivationBlock.Columns, x += ActivationBlock.Columns, blocks += stride)
        {
            int largest = 0;
            bool numbers = x[0] == x[0]; // only NaN differs from itself
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
        int* without = (int*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Without)); // part of the program image: it does not move
        F rounding = L.Broadcast(Elementary.RoundMagic);
        for (; columns > 0; columns -= ActivationBlock.Columns, x += ActivationBlock.Columns, blocks += stride)
        {
            F low = L.Load(x), high = L.Load(x + 16);
            F lowSize = L.Abs(low), highSize = L.Abs(high);
            F top = L.Broadcast(L.Largest(L.Max(lowSize, highSize)));
            uint at = L.EqualMask(lowSize, top) | (L.EqualMask(highSize, top) << 16);
            int largest = BitOperations.TrailingZeroCount(at) & 31; // a NaN equals nothing: stay inside the block
            bool numbers = (L.EqualMask(low, low) & L.EqualMask(high, high)) == 0xFFFF; // a maximum may lose a NaN, a comparison does not

            byte* others = (byte*)(without + 31 - largest);
            low = L.AsFloat(L.AndInt(L.AsInt(low), L.LoadInts(others)));
            high = L.AsFloat(L.AndInt(L.AsInt(high), L.LoadInts(others + 64)));
            float second = L.Largest(L.Max(L.Abs(low), L.Abs(high)));

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
            int both = L.SumInt(L.AddInt(lowCodes, L.ShiftLeftInt(highCodes, 16))); // two sums in one: either is below 2^12
            int lowSum = (short)both;
            blocks->SetSums(lowSum, (both - lowSum) >> 16);
        }
    }

    private static float Inverse(float second) => second < Smallest ? 0 : 127f / second;

    /// <summary>A block with a NaN, or with two infinities, turns every product that uses it into NaN: broken numbers never pass as text.</summary>
    private static void Spoil(ActivationBlock* block)
    {
        *block = default;
        block->Scale = float.NaN;
    }

    private readonly struct Kernel(float* x, int columns, ActivationBlock* blocks, int stride) : IKernel
    {
        public void Scalar() => ActivationQuantizer.Scalar(x, columns, blocks, stride);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            ActivationQuantizer.Vector<L, F, I, B>(x, columns, blocks, stride);
    }
}
