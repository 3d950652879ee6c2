using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sandglass.Kernels.MachineCode;

namespace Sandglass.Kernels;

/// <summary>Loops that do nothing but the measured operation, with the instructions that the kernels of this width use.</summary>
internal abstract unsafe class PeakLoops
{
    /// <summary>Tokens of the int8 loop's input, 32 codes each.</summary>
    protected const int Int8Tokens = 32;

    /// <summary>Columns of the F32 loop's input.</summary>
    protected const int Fp32Columns = 32;

    /// <summary>Bytes of input that <see cref="Int8"/> and <see cref="Fp32"/> may read: far less than the L1 cache.</summary>
    public const int InputBytes = 8192;

    /// <summary>The loops of a width.</summary>
    public static PeakLoops For(KernelWidth width) => width switch
    {
        KernelWidth.Vector512 when ByteDotPeak.Loop != null => new ByteDotPeakLoops(),
        _ => KernelPath.Run(width, default(Maker)).Made!,
    };

    /// <summary>Passes over the input in one task part: a fraction of a millisecond.</summary>
    public abstract int Rounds { get; }

    /// <summary>Multiplications and additions of one round of <see cref="Int8"/>.</summary>
    public abstract long Int8Operations { get; }

    /// <summary>Multiplications and additions of one round of <see cref="Fp32"/>.</summary>
    public abstract long Fp32Operations { get; }

    /// <summary>Reads memory once, in order. The sum only keeps the loop alive.</summary>
    /// <param name="bytes">A multiple of 1024.</param>
    public abstract int Read(byte* from, long bytes);

    /// <summary>Dot products of int8 with codes that stay in registers: nibbles, or bytes with machine code.</summary>
    public abstract int Int8(byte* input, int rounds);

    /// <summary>Fused multiply-adds of F32 into sums that stay in registers.</summary>
    public abstract float Fp32(float* input, int rounds);

    private struct Maker : IKernel
    {
        public PeakLoops? Made;

        public void Scalar() => Made = new ScalarPeakLoops();

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            Made = new VectorPeakLoops<L, F, I, B>();
    }
}

/// <summary>One source for every width of vectors.</summary>
internal unsafe class VectorPeakLoops<L, F, I, B> : PeakLoops
    where L : struct, ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    public override int Rounds => 2000;

    public override long Int8Operations => Int8Tokens * 2L * 8 * 64 * 2;    // two panels, eight groups of 64 products

    public override long Fp32Operations => Fp32Columns * Sums * 16 * 2;

    // As many as fit the registers beside the factors: twelve of AVX-512's 32, six pairs of AVX2's 16, four groups of four with 128 bits.
    private static long Sums => typeof(L) == typeof(Lanes512) ? 12 : typeof(L) == typeof(Lanes256) ? 6 : 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Read(byte* from, long bytes)
    {
        I s0 = L.BroadcastInt(0), s1 = s0, s2 = s0, s3 = s0;
        for (byte* end = from + bytes; from < end; from += 256)
        {
            s0 = L.AddInt(s0, L.LoadInts(from));
            s1 = L.AddInt(s1, L.LoadInts(from + 64));
            s2 = L.AddInt(s2, L.LoadInts(from + 128));
            s3 = L.AddInt(s3, L.LoadInts(from + 192));
        }
        return L.SumInt(L.AddInt(L.AddInt(s0, s1), L.AddInt(s2, s3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Int8(byte* input, int rounds)
    {
        byte* w = input + 2048;
        B w0 = Nibbles(w), w1 = Nibbles(w + 64), w2 = Nibbles(w + 128), w3 = Nibbles(w + 192);
        B w4 = Nibbles(w + 256), w5 = Nibbles(w + 320), w6 = Nibbles(w + 384), w7 = Nibbles(w + 448);
        B v0 = Nibbles(w + 512), v1 = Nibbles(w + 576), v2 = Nibbles(w + 640), v3 = Nibbles(w + 704);
        B v4 = Nibbles(w + 768), v5 = Nibbles(w + 832), v6 = Nibbles(w + 896), v7 = Nibbles(w + 960);
        I first = L.BroadcastInt(0), second = first;
        for (int round = 0; round < rounds; round++)
        {
            sbyte* a = (sbyte*)input;
            for (int token = 0; token < Int8Tokens; token++, a += 32)
            {
                B a0 = L.BroadcastQuad(a), a1 = L.BroadcastQuad(a + 4), a2 = L.BroadcastQuad(a + 8), a3 = L.BroadcastQuad(a + 12);
                B p = L.AddShorts(L.AddShorts(L.MultiplyPairs(w0, a0), L.MultiplyPairs(w1, a1)), L.AddShorts(L.MultiplyPairs(w2, a2), L.MultiplyPairs(w3, a3)));
                B q = L.AddShorts(L.AddShorts(L.MultiplyPairs(v0, a0), L.MultiplyPairs(v1, a1)), L.AddShorts(L.MultiplyPairs(v2, a2), L.MultiplyPairs(v3, a3)));
                B a4 = L.BroadcastQuad(a + 16), a5 = L.BroadcastQuad(a + 20), a6 = L.BroadcastQuad(a + 24), a7 = L.BroadcastQuad(a + 28);
                p = L.AddShorts(p, L.AddShorts(
                    L.AddShorts(L.MultiplyPairs(w4, a4), L.MultiplyPairs(w5, a5)), L.AddShorts(L.MultiplyPairs(w6, a6), L.MultiplyPairs(w7, a7))));
                q = L.AddShorts(q, L.AddShorts(
                    L.AddShorts(L.MultiplyPairs(v4, a4), L.MultiplyPairs(v5, a5)), L.AddShorts(L.MultiplyPairs(v6, a6), L.MultiplyPairs(v7, a7))));
                first = L.AddInt(first, L.AddNeighbours(p));
                second = L.AddInt(second, L.AddNeighbours(q));
            }
        }
        return L.SumInt(L.AddInt(first, second));
    }

    public override float Fp32(float* input, int rounds) => Sums switch { 12 => Twelve(input, rounds), 6 => Six(input, rounds), _ => Four(input, rounds) };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Twelve(float* x, int rounds)
    {
        F s0 = L.Broadcast(0f), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0, t4 = s0, t5 = s0;
        for (int round = 0; round < rounds; round++)
        {
            float* weights = x + 256;
            for (float* at = x; at < x + Fp32Columns; at++, weights += 32)
            {
                F w = L.Load(weights), v = L.Load(weights + 16);
                F x0 = L.Broadcast(at[0]), x1 = L.Broadcast(at[32]), x2 = L.Broadcast(at[64]);
                F x3 = L.Broadcast(at[96]), x4 = L.Broadcast(at[128]), x5 = L.Broadcast(at[160]);
                s0 = L.Fma(w, x0, s0); t0 = L.Fma(v, x0, t0);
                s1 = L.Fma(w, x1, s1); t1 = L.Fma(v, x1, t1);
                s2 = L.Fma(w, x2, s2); t2 = L.Fma(v, x2, t2);
                s3 = L.Fma(w, x3, s3); t3 = L.Fma(v, x3, t3);
                s4 = L.Fma(w, x4, s4); t4 = L.Fma(v, x4, t4);
                s5 = L.Fma(w, x5, s5); t5 = L.Fma(v, x5, t5);
            }
        }
        F s = L.Add(L.Add(L.Add(s0, s1), L.Add(s2, s3)), L.Add(s4, s5));
        F t = L.Add(L.Add(L.Add(t0, t1), L.Add(t2, t3)), L.Add(t4, t5));
        return Lanes<L, F, I, B>.Sum(L.Add(s, t));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Six(float* x, int rounds)
    {
        F s0 = L.Broadcast(0f), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0;
        for (int round = 0; round < rounds; round++)
        {
            float* weights = x + 256;
            for (float* at = x; at < x + Fp32Columns; at++, weights += 16)
            {
                F w = L.Load(weights);
                s0 = L.Fma(w, L.Broadcast(at[0]), s0);
                s1 = L.Fma(w, L.Broadcast(at[32]), s1);
                s2 = L.Fma(w, L.Broadcast(at[64]), s2);
                s3 = L.Fma(w, L.Broadcast(at[96]), s3);
                s4 = L.Fma(w, L.Broadcast(at[128]), s4);
                s5 = L.Fma(w, L.Broadcast(at[160]), s5);
            }
        }
        return Lanes<L, F, I, B>.Sum(L.Add(L.Add(L.Add(s0, s1), L.Add(s2, s3)), L.Add(s4, s5)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Four(float* x, int rounds)
    {
        F s0 = L.Broadcast(0f), s1 = s0, s2 = s0, s3 = s0;
        for (int round = 0; round < rounds; round++)
        {
            float* weights = x + 256;
            for (float* at = x; at < x + Fp32Columns; at++, weights += 16)
            {
                F w = L.Load(weights);
                s0 = L.Fma(w, L.Broadcast(at[0]), s0);
                s1 = L.Fma(w, L.Broadcast(at[32]), s1);
                s2 = L.Fma(w, L.Broadcast(at[64]), s2);
                s3 = L.Fma(w, L.Broadcast(at[96]), s3);
            }
        }
        return Lanes<L, F, I, B>.Sum(L.Add(L.Add(s0, s1), L.Add(s2, s3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static B Nibbles(byte* from) => L.And(L.LoadBytes(from), 15);
}

/// <summary>Vectors of 512 bits, with int8 products in machine code.</summary>
internal sealed unsafe class ByteDotPeakLoops : VectorPeakLoops<Lanes512, Vector512<float>, Vector512<int>, Vector512<byte>>
{
    private const int Turns = 64;   // per round

    public override long Int8Operations => (long)Turns * ByteDotPeak.Operations;

    public override int Int8(byte* input, int rounds)
    {
        ByteDotPeak.Loop((long)rounds * Turns);
        return 0;
    }
}

/// <summary>The plain twin.</summary>
internal sealed unsafe class ScalarPeakLoops : PeakLoops
{
    public override int Rounds => 20;

    public override long Int8Operations => Int8Tokens * 32L * 4 * 2;

    public override long Fp32Operations => Fp32Columns * 4L * 2;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Read(byte* from, long bytes)
    {
        long s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (byte* end = from + bytes; from < end; from += 32)
        {
            s0 += *(long*)from;
            s1 += *(long*)(from + 8);
            s2 += *(long*)(from + 16);
            s3 += *(long*)(from + 24);
        }
        return (int)(s0 + s1 + s2 + s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Int8(byte* input, int rounds)
    {
        byte* w = input + 2048;
        int s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (int round = 0; round < rounds; round++)
        {
            for (int k = 0; k < Int8Tokens * 32; k++)
            {
                int a = ((sbyte*)input)[k];
                s0 += w[k & 31] * a;
                s1 += w[(k & 31) + 32] * a;
                s2 += w[(k & 31) + 64] * a;
                s3 += w[(k & 31) + 96] * a;
            }
        }
        return s0 + s1 + s2 + s3;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override float Fp32(float* input, int rounds)
    {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (int round = 0; round < rounds; round++)
        {
            for (int k = 0; k < Fp32Columns; k++)
            {
                float w = input[256 + k];
                s0 = MathF.FusedMultiplyAdd(w, input[k], s0);
                s1 = MathF.FusedMultiplyAdd(w, input[k + 32], s1);
                s2 = MathF.FusedMultiplyAdd(w, input[k + 64], s2);
                s3 = MathF.FusedMultiplyAdd(w, input[k + 96], s3);
            }
        }
        return s0 + s1 + s2 + s3;
    }
}
