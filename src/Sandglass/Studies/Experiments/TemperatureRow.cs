namespace Sandglass.Studies;

/// <summary>Texts that were drawn at one temperature.</summary>
/// <param name="Temperature">What the logits were divided by; no filter beside it.</param>
/// <param name="Texts">How many.</param>
/// <param name="Tokens">Of all of them.</param>
/// <param name="MeanLogprob">Of a token, under the model at temperature 1; natural logarithm.</param>
/// <param name="Distinct1">Different tokens over all tokens of all texts.</param>
/// <param name="Distinct2">Different pairs over all pairs.</param>
/// <param name="Distinct3">Different runs of three over all of them.</param>
/// <param name="EqualTexts">The share of texts that another one is equal to.</param>
/// <param name="Text">The first of them.</param>
public sealed record TemperatureRow(
    double Temperature, int Texts, int Tokens, double? MeanLogprob, double? Distinct1, double? Distinct2, double? Distinct3, double EqualTexts, string Text);
