namespace Sandglass.Generation;

/// <summary>A text as a direction: texts of like content have embeddings whose dot product is nearer to 1.</summary>
/// <param name="Values">[width]: the last hidden state after the output norm, averaged over all tokens (mean pooling), of length 1 (L2).</param>
/// <param name="Tokens">Tokens of the text.</param>
public sealed record Embedding(ReadOnlyMemory<float> Values, int Tokens);
