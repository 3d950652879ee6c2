using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sandglass.Kernels;

/// <summary>Activations turned round for the F32 kernels: tokens in tiles of up to twelve, and in a tile the same column of all its tokens side by side.</summary>
/// <remarks>
/// In a batch as the steps leave it, [token, columns], the same column of neighbouring tokens lies a whole row apart: where a row is a multiple of 4 KB, all of them fall
/// into one set of the first cache and push each other out. Here a kernel reads one stream, forward.
/// </remarks>
internal sealed unsafe class TokenTiles : IDisposable
{
    /// <summary>Tokens of a tile at most: two panels of sums in registers are 24 vectors of 512 bits, of the 32 there are.</summary>
    public const int MaxWidth = 12;

    /// <summary>Columns of a run at most: widened, two panels of them take 96 KB of the second cache.</summary>
    public const int MaxRun = 768;

    private long _capacity;

    ~TokenTiles() => NativeMemory.AlignedFree(Values);

    /// <summary>[run, tile, column of the run, <see cref="Width"/>]; in the last tile the places after the last token hold nothing.</summary>
    public float* Values { get; private set; }

    /// <summary>Columns of a run; the last one may have fewer. For one panel after the other all tiles of a run are read, then all of the next: a stream again.</summary>
    public int Run { get; private set; }

    /// <summary>Tokens of a tile; the last one may have fewer.</summary>
    public int Width { get; private set; }

    /// <summary>Tiles of the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Makes room for a batch; its tiles are to be filled then.</summary>
    public void Shape(int tokens, int columns)
    {
        (Width, Count) = For(tokens);
        int runs = Math.Max(1, (columns + 256) / 512);
        Run = ((columns + runs - 1) / runs + 255) & ~255; // a multiple of every type's block
        long needed = (long)Count * columns * Width;
        if (needed <= _capacity) return;

        NativeMemory.AlignedFree(Values);
        Values = null;
        _capacity = 0; // the next line may fail, and what is freed must not be used again
        Values = (float*)NativeMemory.AlignedAlloc((nuint)(needed * sizeof(float)), 64);
        _capacity = needed;
    }

    /// <summary>Tiles of a batch, as even as they can be: 13 tokens are 7 and 6.</summary>
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
