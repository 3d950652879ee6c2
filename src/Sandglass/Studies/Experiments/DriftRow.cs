namespace Sandglass.Studies;

/// <summary>A stretch of one text: along it, or behind a token that was changed.</summary>
/// <param name="What"><c>along</c>: From and To are places of the text, from 0. <c>after</c>: they are distances from the changed token, 1 is the next.</param>
/// <param name="Text">Which text, from 0.</param>
/// <param name="From">The first place or distance.</param>
/// <param name="To">The last.</param>
/// <param name="Logprob">Along: the mean log-probability of the text's tokens, nats.</param>
/// <param name="Entropy">Along: the mean entropy of the distributions that they were drawn from, nats.</param>
/// <param name="Divergence">After: the mean Kullback-Leibler divergence of the distributions behind the change from those without it, nats; the tokens between
/// are the same.</param>
/// <param name="EqualLikeliest">After: the share of those distributions whose likeliest token is the same.</param>
/// <param name="EqualWritten">After: where both texts go on by themselves, the likeliest token always, the share of places with the same token.</param>
public sealed record DriftRow(
    string What, int Text, int From, int To, double? Logprob, double? Entropy, double? Divergence, double? EqualLikeliest, double? EqualWritten);
