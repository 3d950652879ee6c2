namespace Sandglass.Generation;

/// <summary>A pass through the model, told to the texts in it that are traced.</summary>
/// <param name="Forward">From the embedding to the logits.</param>
/// <param name="Choosing">What came of these, explaining included.</param>
/// <param name="Texts">Texts in it.</param>
/// <param name="Tokens">Tokens of all of them.</param>
/// <param name="WeightBytes">Bytes of weights that it read, by a formula.</param>
internal readonly record struct TracedPass(TimeSpan Forward, TimeSpan Choosing, int Texts, int Tokens, long WeightBytes);
