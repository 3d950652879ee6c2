namespace Sandglass.Studies;

/// <summary>A text scored by a model that sees its end and its first tokens only.</summary>
/// <param name="Window">Positions that a token sees, its own included; 0 for all.</param>
/// <param name="Sinks">First positions that it sees beside them.</param>
/// <param name="CacheBytes">Bytes of keys and values of the positions that are seen at the text's end.</param>
/// <param name="Tokens">Tokens that were scored: in all rows the same, those behind the largest window.</param>
/// <param name="Perplexity">Of those tokens.</param>
/// <param name="Lost">Nats a token less than where all is seen, the mean.</param>
/// <param name="LostError">Its standard error, as if tokens did not depend on each other.</param>
/// <param name="EqualLikeliest">The share of places whose likeliest token is the same as where all is seen.</param>
public sealed record WindowRow(
    int Window, int Sinks, double CacheBytes, int Tokens, double Perplexity, double Lost, double LostError, double EqualLikeliest);
