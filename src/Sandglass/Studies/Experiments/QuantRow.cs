namespace Sandglass.Studies;

/// <summary>A model with its weights in one type and its cache in another.</summary>
/// <param name="Weights">The type; <c>given</c> is the file as it is.</param>
/// <param name="CacheType">How keys and values are stored.</param>
/// <param name="WeightBytes">Bytes of all tensors in the file.</param>
/// <param name="CacheBytesPerToken">Bytes of keys and values of a position.</param>
/// <param name="Tokens">Tokens that were scored.</param>
/// <param name="Perplexity">Of the text.</param>
/// <param name="Lost">Nats a token less than with the weights as given and an F32 cache, the mean.</param>
/// <param name="LostError">Its standard error, as if tokens did not depend on each other.</param>
/// <param name="EqualLikeliest">The share of places whose likeliest token is the same as with those.</param>
public sealed record QuantRow(
    string Weights, string CacheType, long WeightBytes, double CacheBytesPerToken, int Tokens, double Perplexity, double Lost, double LostError,
    double EqualLikeliest);
