namespace Sandglass.Tests.Transformer;

/// <summary>Feed-forward parts: gated or not, and experts, beside which there may be one that takes every token.</summary>
internal sealed partial class PlainDecoder
{
    private double[] FeedForward(int layer, double[] x) =>
        _file.Find($"blk.{layer}.ffn_gate_inp.weight") is null ? Gated($"blk.{layer}.ffn_", "", x) : Experts($"blk.{layer}.ffn_", x);

    private double[] Experts(string name, double[] x)
    {
        double[] scores = Multiply(name + "gate_inp", x);
        double[] result = _file.Find(name + "up_shexp.weight") is null ? new double[x.Length] : Gated(name, "_shexp", x);
        int[] best = [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).Take(_shape.ExpertsUsed)];
        double sum = _sumsTaken ? best.Sum(i => Math.Exp(scores[i])) : scores.Sum(Math.Exp);
        foreach (int expert in best)
        {
            double[] part = Gated(name, "_exps", x, expert);
            for (int d = 0; d < x.Length; d++) result[d] += _expertScale * Math.Exp(scores[expert]) / sum * part[d];
        }
        return result;
    }

    private double[] Gated(string name, string kind, double[] x, int expert = 0)
    {
        double[] up = Multiply($"{name}up{kind}", x, expert), gate = _gated ? Multiply($"{name}gate{kind}", x, expert) : up;
        if (!_gated) up = [.. up.Select(_ => 1.0)];
        for (int i = 0; i < gate.Length; i++)
        {
            double g = gate[i];
            gate[i] = up[i] * (_gelu ? 0.5 * g * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (g + 0.044715 * g * g * g))) : g / (1 + Math.Exp(-g)));
        }
        return Multiply($"{name}down{kind}", gate, expert);
    }
}
