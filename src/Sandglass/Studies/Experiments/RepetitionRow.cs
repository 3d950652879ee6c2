namespace Sandglass.Studies;

/// <summary>Greedy texts with one remedy against repetition.</summary>
/// <param name="Remedy">Which; <c>none</c> is the likeliest token always.</param>
/// <param name="Texts">How many texts were written.</param>
/// <param name="Tokens">Of all of them.</param>
/// <param name="Looped">Texts that went round in a circle somewhere.</param>
/// <param name="LoopFrom">The median index of the first token of the circle, of the texts that have one.</param>
/// <param name="LoopPeriod">The median of the tokens of a round.</param>
/// <param name="Repeated2">The share of pairs of tokens that stand in the same text before; the mean of the texts.</param>
/// <param name="Repeated4">The same of runs of four.</param>
/// <param name="Repeated8">The same of runs of eight.</param>
/// <param name="MeanLogprob">Of a token, under the model itself; natural logarithm.</param>
/// <param name="Text">The first text.</param>
public sealed record RepetitionRow(
    string Remedy, int Texts, int Tokens, int Looped, double? LoopFrom, double? LoopPeriod, double? Repeated2, double? Repeated4, double? Repeated8,
    double? MeanLogprob, string Text);
