using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sandglass.Kernels;

/// <summary>Activations transposed for the F32 kernels: tiles of up to 12 tokens, column-major inside a tile.</summary>
/// <remarks>
/// In a batch as the steps write it, [token, columns], the same column of neighbouring tokens is a whole row apart: where a row is a multiple of 4 KB, all of
/// them map to one set of the L1 cache and evict each other. Here a kernel reads a single forward stream.
/// </remarks>
internal sealed unsafe class TokenTiles : IDisposable
{
    /// <summary>Most tokens of a tile: the sums of two panels take 24 of the 32 registers of 512 bits.</summary>
    public const int MaxWidth = 12;

    /// <summary>Most columns of a run: widened, two panels of them take 96 KB of the L2 cache.</summary>
    public const int MaxRun = 768;

    private long _capacity;

    ~TokenTiles() => NativeMemory.AlignedFree(Values);

    /// <summary>[run, tile, column of the run, <see cref="Width"/>]; places after the last token of the last tile are undefined.</summary>
    public float* Values { get; private set; }

    /// <summary>Columns of a run; the last one may have fewer. For each panel all tiles of a run are read, then all of the next run: again a stream.</summary>
    public int Run { get; private set; }

    /// <summary>Tokens of a tile; the last one may have fewer.</summary>
    public int Width { get; private set; }

    /// <summary>Tiles of the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Reserves memory for a batch, whose tiles are then filled.</summary>
    public void Shape(int tokens, int columns)
    {
        (Width, Count) = For(tokens);
        int runs = Math.Max(1, (columns + 256) / 512);
        Run = ((columns + runs - 1) / runs + 255) & ~255; // a multiple of every type's block
        long needed = (long)Count * columns * Width;
        if (needed <= _capacity) return;

        NativeMemory.AlignedFree(Values);
        Values = null;
        _capacity = 0; // the next line may fail, and freed memory must not be used again
        Values = (float*)NativeMemory.AlignedAlloc((nuint)(needed * sizeof(float)), 64);
        _capacity = needed;
    }

    /// <summary>Number of tiles of a batch, as even as possible: 13 tokens are 7 and 6.</summary>
    public static (int Width, int Count) For(int tokens)
    {
        int count = (tokens + MaxWidth - 1) / MaxWidth;
        int width = (tokens + count - 1) / count;
        return (width, (tokens + width - 1) / width);
    }

    /// <summary>Fills one tile.</summary>
    public void Fill(int tile, in Activations input)
    {
        int tokens = Math.Min(Width, input.Tokens - tile * Width);
        for (int start = 0; start < input.Columns; start += Run)
        {
            int columns = Math.Min(Run, input.Columns - start);
            float* from = input.Values + (long)tile * Width * input.Columns + start, to = At(tile, start, columns);
            for (int token = 0; token < tokens; token += 4)
                Transpose(from + (long)token * input.Columns, input.Columns, Math.Min(4, tokens - token), columns, to + token, Width);
        }
    }

    /// <summary>The columns of one run in one tile, [columns, <see cref="Width"/>].</summary>
    /// <param name="from">The run's first column.</param>
    public float* At(int tile, int from, int columns) => Values + ((long)from * Count + (long)tile * columns) * Width;

    public void Dispose()
    {
        NativeMemory.AlignedFree(Values);
        Values = null;
        _capacity = 0;
        GC.SuppressFinalize(this);
    }

    /// <param name="from">[tokens, stride]</param>
    /// <param name="to">[columns, width]</param>
    private static void Transpose(float* from, int stride, int tokens, int columns, float* to, int width)
    {
        int k = 0;
        if (tokens == 4 && Sse.IsSupported)
        {
            for (; k + 4 <= columns; k += 4)
            {
                Vector128<float> a = Vector128.Load(from + k), b = Vector128.Load(from + stride + k);
                Vector128<float> c = Vector128.Load(from + 2L * stride + k), d = Vector128.Load(from + 3L * stride + k);
                Vector128<float> abLow = Sse.UnpackLow(a, b), abHigh = Sse.UnpackHigh(a, b), cdLow = Sse.UnpackLow(c, d), cdHigh = Sse.UnpackHigh(c, d);
                float* at = to + k * width;
                Sse.MoveLowToHigh(abLow, cdLow).Store(at);
                Sse.MoveHighToLow(cdLow, abLow).Store(at + width);
                Sse.MoveLowToHigh(abHigh, cdHigh).Store(at + 2 * width);
                Sse.MoveHighToLow(cdHigh, abHigh).Store(at + 3 * width);
            }
        }
        for (; k < columns; k++)
        {
            for (int token = 0; token < tokens; token++)
                to[k * width + token] = from[(long)token * stride + k];
        }
    }
}
