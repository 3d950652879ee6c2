using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>
/// The first half of a feed-forward block in one dispatch: gate and up projections, the gated activation, and its blocks for the next product.
/// </summary>
/// <remarks>
/// Two panels of either matrix are 32 columns of the result: exactly one block. So nothing goes through memory in F32, and only whole cache lines are written.
/// The operations are those of <see cref="MatMul"/>, <see cref="GatedActivation"/> and the quantisers in sequence, and so are the bits.
/// </remarks>
internal sealed unsafe class GatedProduct(WorkerPool pool) : Job
{
    private const int PairFloats = 2 * Panels.Rows;

    private Activation _activation;
    private Activations _input, _output;
    private WeightMatrix _gate = null!, _up = null!;
    private float* _gateBias, _upBias;
    private PanelParts _parts;

    /// <summary>Whether all three are multiplied in integers and the rows fill whole blocks.</summary>
    public static bool CanDo(in Activations input, WeightMatrix gate, WeightMatrix up, in Activations output) =>
        gate.InIntegers(input) && up.InIntegers(input) && output.InIntegers && gate.Rows % PairFloats == 0;

    /// <param name="gateBias">[rows], or null.</param>
    /// <param name="upBias">[rows], or null.</param>
    /// <param name="output">Receives the blocks; its values are left unchanged.</param>
    public void Run(Activation activation, in Activations input, WeightMatrix gate, float* gateBias, WeightMatrix up, float* upBias, in Activations output)
    {
        (_activation, _input, _gate, _up, _output) = (activation, input, gate, up, output);
        _gateBias = gateBias;
        _upBias = upBias;
        _parts = new PanelParts(gate.PanelCount, input.Tokens, pool.Threads);
        pool.Run(this, _parts.Count);
    }

    [SkipLocalsInit]
    public override void Do(int part, int worker)
    {
        float* gate = stackalloc float[Panels.TileTokens * PairFloats]; // [pair of panels, token, 32]
        float* up = stackalloc float[Panels.TileTokens * PairFloats];
        int tileTokens = Math.Min(Panels.TileTokens, _input.Tokens), pairsAtOnce = Panels.TileTokens / tileTokens;
        (int from, int to) = _parts[part];
        for (int panel = from; panel < to; panel += 2 * pairsAtOnce)
        {
            int pairs = Math.Min(pairsAtOnce, (to - panel) / 2);
            for (int token = 0; token < _input.Tokens; token += tileTokens)
            {
                int tokens = Math.Min(tileTokens, _input.Tokens - token);
                Multiply(_gate, _gateBias, panel, pairs, token, tokens, gate);
                Multiply(_up, _upBias, panel, pairs, token, tokens, up);
                GatedActivation.Apply(_activation, gate, up, pairs * tokens * PairFloats);
                for (int pair = 0; pair < pairs; pair++)
                    Quantize(gate + (long)pair * tokens * PairFloats, tokens, (long)(panel / 2 + pair) * _output.Tokens + token);
            }
        }
    }

    private void Multiply(WeightMatrix weights, float* bias, int panel, int pairs, int token, int tokens, float* sums)
    {
        for (int pair = 0; pair < pairs; pair++, panel += 2, sums += tokens * PairFloats)
        {
            weights.MultiplyInIntegers(panel, 2, _input, token, tokens, sums);
            if (bias != null) MatMul.AddBias(bias + panel * Panels.Rows, PairFloats, PairFloats, tokens, sums);
        }
    }

    /// <param name="values">[tokens, 32]: for the quantiser, one token of many blocks.</param>
    private void Quantize(float* values, int tokens, long block)
    {
        if (_output.Blocks != null) ActivationQuantizer.Quantize(values, tokens * PairFloats, _output.Blocks + block, 1);
        else FineQuantizer.Quantize(values, tokens * PairFloats, _output.FineBlocks + block, 1);
    }
}
