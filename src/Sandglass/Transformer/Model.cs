using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Transformer;

/// <summary>A model's weights, in the parts that compute with them. It never changes; what does while a batch is computed is in
/// <see cref="RunState"/>.</summary>
internal sealed class Model : IDisposable
{
    public required Hyperparameters Shape { get; init; }

    /// <summary>[vocabulary, width]; its rows are the tokens' embeddings.</summary>
    public required WeightMatrix Embedding { get; init; }

    /// <summary>Factor on the embeddings.</summary>
    public required float EmbeddingScale { get; init; }

    /// <summary>[layer]</summary>
    public required Block[] Blocks { get; init; }

    /// <summary>Radians that each rotary pair turns by a position.</summary>
    public required RopeFrequencies RopeFrequencies { get; init; }

    /// <summary>Which elements of a head are rotated together.</summary>
    public required RopePairs RopePairs { get; init; }

    public required Norm OutputNorm { get; init; }

    /// <summary>[vocabulary, width]; the embedding itself where the file ties the two.</summary>
    public required Linear Output { get; init; }

    /// <summary>Factor on the logits, before they are capped.</summary>
    public required float LogitScale { get; init; }

    /// <summary>No logit is larger than this; 0 for no bound.</summary>
    public required float LogitCap { get; init; }

    /// <summary>All matrices and vectors of the above.</summary>
    public required Weights Weights { get; init; }

    /// <summary>Bytes that one token reads: all matrices and vectors but the experts that it does not take.</summary>
    /// <remarks>Of the embedding it is one row where the output does not share it.</remarks>
    public long BytesPerToken =>
        Weights.Bytes - Blocks.Sum(block => block.FeedForward.IdleBytes) - (Tied ? 0 : Embedding.Bytes - Embedding.Bytes / Embedding.Rows);

    /// <summary>Whether most of the blocks' bytes are of quantised types.</summary>
    public bool Quantized
    {
        get
        {
            WeightMatrix[] matrices = [.. Weights.Matrices.Where(matrix => matrix != Embedding && matrix != Output.Weights)];
            return 2 * matrices.Where(matrix => matrix.Panels.Quantized).Sum(matrix => matrix.Bytes) > matrices.Sum(matrix => matrix.Bytes);
        }
    }

    private bool Tied => ReferenceEquals(Output.Weights, Embedding);

    public void Dispose() => Weights.Dispose();
}
