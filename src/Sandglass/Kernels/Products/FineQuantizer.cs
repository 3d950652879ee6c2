using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>F32 activations of one token -> blocks of 16-bit codes in two planes.</summary>
internal static unsafe class FineQuantizer
{
    /// <summary>Below this <see cref="FineBlock.Limit"/> / x would be infinite: a block without larger elements counts as zeros.</summary>
    private const float Smallest = 1e-34f;

    /// <param name="x">[columns], columns a multiple of 32.</param>
    /// <param name="columns">Elements of the token.</param>
    /// <param name="blocks">[columns / 32], <paramref name="stride"/> apart.</param>
    /// <param name="stride">Distance between consecutive blocks of a token: the batch's tokens are interleaved.</param>
    public static void Quantize(float* x, int columns, FineBlock* blocks, int stride) => KernelPath.Run(new Kernel(x, columns, blocks, stride));

    internal static void Scalar(float* x, int columns, FineBlock* blocks, int stride)
    {
        for (; columns > 0; columns -= FineBlock.Columns, x += FineBlock.Columns, blocks += stride)
        {
            bool numbers = true; // only NaN differs from itself
            float largest = 0;
            for (int i = 0; i < FineBlock.Columns; i++)
            {
                numbers &= x[i] == x[i];
                largest = MathF.Max(largest, MathF.Abs(x[i]));
            }
            if (!numbers || float.IsInfinity(largest))
            {
                Spoil(blocks);
                continue;
            }
            float inverse = Inverse(largest);
            int low = 0, high = 0;
            for (int i = 0; i < FineBlock.Columns; i++)
            {
                int code = (int)(x[i] * inverse + Elementary.RoundMagic - Elementary.RoundMagic);
                blocks->Coarse[i] = (sbyte)((code + 128) >> 8);
                blocks->Rest[i] = unchecked((sbyte)code);
                if (i < 16) low += code;
                else high += code;
            }
            blocks->Scale = largest / FineBlock.Limit;
            blocks->SetSums(low, high);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<L, F, I, B>(float* x, int columns, FineBlock* blocks, int stride)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F rounding = L.Broadcast(Elementary.RoundMagic);
        I half = L.BroadcastInt(128);
        for (; columns > 0; columns -= FineBlock.Columns, x += FineBlock.Columns, blocks += stride)
        {
            F low = L.Load(x), high = L.Load(x + 16);
            bool numbers = (L.EqualMask(low, low) & L.EqualMask(high, high)) == 0xFFFF; // a maximum may lose a NaN, a comparison does not
            float largest = L.Largest(L.Max(L.Abs(low), L.Abs(high)));
            if (!numbers || float.IsInfinity(largest))
            {
                Spoil(blocks);
                continue;
            }

            F inverse = L.Broadcast(Inverse(largest));
            I lowCodes = L.ToInt(L.Subtract(L.Add(L.Multiply(low, inverse), rounding), rounding));
            I highCodes = L.ToInt(L.Subtract(L.Add(L.Multiply(high, inverse), rounding), rounding));
            L.StoreLowBytes(blocks->Coarse, L.ShiftRightInt(L.AddInt(lowCodes, half), 8)); // zeros are shifted in above the byte that is kept
            L.StoreLowBytes(blocks->Coarse + 16, L.ShiftRightInt(L.AddInt(highCodes, half), 8));
            L.StoreLowBytes(blocks->Rest, lowCodes);
            L.StoreLowBytes(blocks->Rest + 16, highCodes);
            blocks->Scale = largest / FineBlock.Limit;
            blocks->SetSums(L.SumInt(lowCodes), L.SumInt(highCodes));
        }
    }

    private static float Inverse(float largest) => largest < Smallest ? 0 : FineBlock.Limit / largest;

    /// <summary>A block with a NaN or an infinity turns every product that uses it into NaN: broken numbers never pass as text.</summary>
    private static void Spoil(FineBlock* block)
    {
        *block = default;
        block->Scale = float.NaN;
    }

    private readonly struct Kernel(float* x, int columns, FineBlock* blocks, int stride) : IKernel
    {
        public void Scalar() => FineQuantizer.Scalar(x, columns, blocks, stride);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            FineQuantizer.Vector<L, F, I, B>(x, columns, blocks, stride);
    }
}
