namespace Sandglass.Sampling;

/// <summary>One token, chosen.</summary>
/// <param name="Id">The token.</param>
/// <param name="Logprob">Its log-probability in the model's own distribution, before any stage; natural logarithm.</param>
/// <param name="LogSumExp">What makes any logit of that distribution a log-probability.</param>
/// <param name="Explanation">Why this one; null unless asked for.</param>
/// <param name="Watched">What became of others; null unless asked for.</param>
internal readonly record struct Choice(int Id, float Logprob, LogSumExp LogSumExp, Explanation? Explanation = null, WatchedCandidates? Watched = null);
