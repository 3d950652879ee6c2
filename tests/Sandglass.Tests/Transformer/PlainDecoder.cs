using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Tests.Transformer;

/// <summary>The oracle of every architecture, in the manner of llama2.c: double[], one token after the other, loops that can be read against the
/// papers.</summary>
/// <remarks>
/// It shares no arithmetic with the engine: only files are read by the same code.
/// A new architecture adds what it does differently to the fields, and an if where it does it.
/// </remarks>
internal sealed partial class PlainDecoder
{
    private readonly ModelFile _file;
    private readonly Hyperparameters _shape;

    // what architectures do differently
    private readonly bool _rotatesHalves;           // pairs (i, i + half); else (2i, 2i + 1)
    private readonly bool _parallel;                // both parts read the same; else the second one what the first has added to
    private readonly bool _centred;                 // LayerNorm; else root mean square
    private readonly bool _normsBefore;             // what goes into a part
    private readonly bool _normsAfter;              // what a part gives, before it is added
    private readonly bool _normsQueries;            // and keys, before they are rotated
    private readonly bool _latent;                  // attention: keys and values are made of one vector for all heads
    private readonly bool _gated;                   // the feed-forward part
    private readonly bool _gelu;                    // else SiLU
    private readonly bool _sumsTaken = true;        // weights of the experts that a token takes have the sum 1; else those of all
    private readonly double _expertScale = 1;
    private readonly double _embeddingScale = 1;
    private readonly double _scoreCap, _logitCap;   // 0: none
    private readonly double _logitScale = 1;
    private readonly Func<int, bool> _local = _ => false;   // layers that see only the window
    private readonly int _localWindow;
    private readonly bool _rotatesLocalOnly;

    private readonly Dictionary<string, double[]> _tensors = [];
    private readonly List<double[]>[] _keys, _values;   // [layer][position]: [kvHead, headDim]

    public PlainDecoder(ModelFile file)
    {
        _file = file;
        _shape = Hyperparameters.Read(file.Metadata, file.Tensors.Count);
        _keys = [.. Enumerable.Range(0, _shape.Layers).Select(_ => new List<double[]>())];
        _values = [.. Enumerable.Range(0, _shape.Layers).Select(_ => new List<double[]>())];
        _rotatesHalves = _shape.Architecture is not ("llama" or "cohere2" or "deepseek2");
        _normsQueries = _shape.Architecture is "qwen3" or "qwen3moe" or "olmo2";
        _normsBefore = _shape.Architecture != "olmo2";
        _normsAfter = _shape.Architecture is "gemma2" or "olmo2";
        _parallel = _centred = _shape.Architecture is "phi2" or "cohere2";
        _gated = _shape.Architecture != "phi2";
        _gelu = _shape.Architecture is "gemma2" or "phi2";
        _localWindow = _shape.SlidingWindow;
        if (_shape.Architecture == "cohere2")
        {
            (_local, _rotatesLocalOnly) = (layer => layer % 4 != 3, true);
            _logitScale = Convert.ToDouble(file.Metadata.Values["cohere2.logit_scale"]);
        }
        if (_shape.Architecture == "deepseek2")
        {
            (_latent, _sumsTaken) = (true, file.Metadata.Bool("deepseek2.expert_weights_norm") ?? false);
            _expertScale = Convert.ToDouble(file.Metadata.Values["deepseek2.expert_weights_scale"]);
        }
        if (_shape.Architecture != "gemma2") return;
        (_local, _embeddingScale) = (layer => layer % 2 == 0, Math.Sqrt(_shape.Width));
        _scoreCap = Convert.ToDouble(file.Metadata.Values["gemma2.attn_logit_softcapping"]);
        _logitCap = Convert.ToDouble(file.Metadata.Values["gemma2.final_logit_softcapping"]);
    }

    /// <summary>The next token: its normed residual stream, and the scores of what follows it.</summary>
    public (double[] Hidden, double[] Logits) Next(int id)
    {
        int position = _keys[0].Count;
        double[] x = [.. Tensor("token_embd.weight").AsSpan(id * _shape.Width, _shape.Width)];
        for (int d = 0; d < x.Length; d++) x[d] *= _embeddingScale;

        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            string name = $"blk.{layer}.";
            double[] normed = _normsBefore ? Norm(x, name + "attn_norm") : x;
            double[] part = _latent ? LatentAttention(layer, position, normed) : Attention(layer, position, normed);
            if (_normsAfter) part = Norm(part, name + "post_attention_norm");
            for (int d = 0; d < x.Length; d++) x[d] += part[d];

            part = FeedForward(layer, _parallel ? normed : _normsBefore ? Norm(x, name + "ffn_norm") : x);
            if (_normsAfter) part = Norm(part, name + "post_ffw_norm");
            for (int d = 0; d < x.Length; d++) x[d] += part[d];
        }

        double[] hidden = Norm(x, "output_norm");
        double[] logits = Multiply("output", hidden);
        for (int i = 0; i < logits.Length; i++) logits[i] = Capped(logits[i] * _logitScale, _logitCap);
        return (hidden, logits);
    }

    private double[] Attention(int layer, int position, double[] x)
    {
        int keyDim = _shape.KeyHeadDim, valueDim = _shape.ValueHeadDim;
        double[] queries = Multiply($"blk.{layer}.attn_q", x), keys = Multiply($"blk.{layer}.attn_k", x);
        if (_normsQueries) (queries, keys) = (Norm(queries, $"blk.{layer}.attn_q_norm"), Norm(keys, $"blk.{layer}.attn_k_norm"));
        bool local = _local(layer);
        if (local || !_rotatesLocalOnly)
        {
            Rotate(queries, keyDim, position);
            Rotate(keys, keyDim, position);
        }
        double[] values = Multiply($"blk.{layer}.attn_v", x);
        return Attend(layer, local ? Math.Max(0, position - _localWindow + 1) : 0, queries, keys, values, keyDim, valueDim);
    }

    private double[] Attend(int layer, int first, double[] queries, double[] keys, double[] values, int keyDim, int valueDim)
    {
        int position = _keys[layer].Count, heads = _shape.Heads, group = heads * keyDim / keys.Length;
        _keys[layer].Add(keys);
        _values[layer].Add(values);
        double[] attended = new double[heads * valueDim];
        for (int head = 0; head < heads; head++)
        {
            double[] weights = new double[position + 1];
            for (int t = first; t <= position; t++)
            {
                double score = 0;
                for (int d = 0; d < keyDim; d++) score += queries[head * keyDim + d] * _keys[layer][t][head / group * keyDim + d];
                weights[t] = Capped(score / Math.Sqrt(keyDim), _scoreCap);
            }
            double largest = weights[first..].Max(), sum = weights[first..].Sum(score => Math.Exp(score - largest));
            for (int t = first; t <= position; t++)
            {
                for (int d = 0; d < valueDim; d++)
                    attended[head * valueDim + d] += Math.Exp(weights[t] - largest) / sum * _values[layer][t][head / group * valueDim + d];
            }
        }
        return Multiply($"blk.{layer}.attn_output", attended);
    }

    /// <summary>Each run of as many values as there are weights is normed by itself.</summary>
    private double[] Norm(double[] x, string name)
    {
        double[] weight = Tensor(name + ".weight"), bias = _centred
            && _file.Find(name + ".bias") is not null ? Tensor(name + ".bias") : new double[weight.Length];
        return [.. x.Chunk(weight.Length).SelectMany(run =>
        {
            double mean = _centred ? run.Average() : 0, epsilon = _centred ? _shape.LayerNormEpsilon : _shape.RmsEpsilon;
            double scale = 1 / Math.Sqrt(run.Sum(v => (v - mean) * (v - mean)) / run.Length + epsilon);
            return run.Select((v, d) => (v - mean) * scale * weight[d] + bias[d]);
        })];
    }

    private void Rotate(double[] x, int headDim, int position)
    {
        for (int head = 0; head < x.Length; head += headDim)
        {
            for (int i = 0; i < _shape.RopeDimensions / 2; i++)
            {
                int first = head + (_rotatesHalves ? i : 2 * i), second = first + (_rotatesHalves ? _shape.RopeDimensions / 2 : 1);
                (double sine, double cosine) = Math.SinCos(position * Math.Pow(_shape.RopeBase, -2.0 * i / _shape.RopeDimensions));
                (x[first], x[second]) = (x[first] * cosine - x[second] * sine, x[first] * sine + x[second] * cosine);
            }
        }
    }

    /// <summary>The matrix's rows times x, and the bias where there is one.</summary>
    /// <param name="index">Of the matrix, where several are stacked in one tensor of three dimensions.</param>
    private double[] Multiply(string name, double[] x, int index = 0)
    {
        bool tied = name == "output" && _file.Find("output.weight") is null;
        string tensor = tied ? "token_embd.weight" : name + ".weight";
        double[] matrix = Tensor(tensor), result = new double[_file.Find(tensor)!.Shape[1]];
        for (int row = 0; row < result.Length; row++)
        {
            for (int column = 0; column < x.Length; column++) result[row] += matrix[(index * result.Length + row) * x.Length + column] * x[column];
            if (_file.Find(name + ".bias") is not null) result[row] += Tensor(name + ".bias")[row];
        }
        return result;
    }

    private static double Capped(double x, double cap) => cap == 0 ? x : cap * Math.Tanh(x / cap);

    private double[] Tensor(string name)
    {
        if (_tensors.TryGetValue(name, out double[]? known)) return known;
        TensorInfo tensor = _file.Find(name)!;
        byte[] bytes = new byte[tensor.ByteCount];
        _file.Read(tensor, 0, bytes);
        float[] values = new float[tensor.Rows * tensor.Columns];
        Dequantizer.Dequantize(tensor.Type, bytes, values);
        return _tensors[name] = [.. values.Select(v => (double)v)];
    }
}
