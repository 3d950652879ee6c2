namespace Sandglass.Tests.Transformer;

/// <summary>Latent attention as its paper defines it: each head's keys and values are made, nothing is absorbed. Source: arXiv:2405.04434, 2.1.</summary>
internal sealed partial class PlainDecoder
{
    private double[] LatentAttention(int layer, int position, double[] x)
    {
        int heads = _shape.Heads, latent = _shape.ValueHeadDim, rope = _shape.RopeDimensions;
        int keyDim = Number("attention.key_length_mla"), valueDim = Number("attention.value_length_mla"), plain = keyDim - rope;
        string name = $"blk.{layer}.attn_";
        bool lowRank = _file.Find(name + "q_a.weight") is not null;
        double[] found = lowRank ? Multiply(name + "q_b", Norm(Multiply(name + "q_a", x), name + "q_a_norm")) : Multiply(name + "q", x);
        double[] down = Multiply(name + "kv_a_mqa", x);
        double[] vector = Norm(down[..latent], name + "kv_a_norm"), rotatedKey = down[latent..];
        Rotate(rotatedKey, rope, position);

        double[] queries = [], keys = [], values = [];
        for (int head = 0; head < heads; head++)
        {
            double[] query = found[(head * keyDim)..((head + 1) * keyDim)], rotated = query[plain..];
            Rotate(rotated, rope, position);
            queries = [.. queries, .. query[..plain], .. rotated];
            keys = [.. keys, .. MultiplyTransposed(name + "k_b", vector, plain, head), .. rotatedKey];
            values = [.. values, .. Multiply(name + "v_b", vector, head)];
        }
        return Attend(layer, 0, queries, keys, values, keyDim, valueDim);
    }

    /// <summary>x times one of the matrices that are stacked in a tensor: [x, columns].</summary>
    private double[] MultiplyTransposed(string name, double[] x, int columns, int index)
    {
        double[] matrix = Tensor(name + ".weight"), result = new double[columns];
        for (int row = 0; row < x.Length; row++)
        {
            for (int column = 0; column < columns; column++) result[column] += matrix[(index * x.Length + row) * columns + column] * x[row];
        }
        return result;
    }

    private int Number(string key) => (int)_file.Metadata.Integer($"{_shape.Architecture}.{key}")!;
}
