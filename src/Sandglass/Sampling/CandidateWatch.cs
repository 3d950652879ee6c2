namespace Sandglass.Sampling;

/// <summary>What is told of a token's candidates beside the explanation.</summary>
/// <param name="Likeliest">How many of the likeliest tokens of the model's own distribution.</param>
/// <param name="Asked">Ids, however unlikely they are.</param>
internal sealed record CandidateWatch(int Likeliest, int[] Asked);

/// <summary>What became of some candidates.</summary>
/// <param name="Likeliest">The likeliest of the model's own distribution, likeliest first.</param>
/// <param name="Coverage">Their probability together in it.</param>
/// <param name="Asked">The chosen token, then those asked for.</param>
internal sealed record WatchedCandidates(TraceCandidate[] Likeliest, double Coverage, TraceCandidate[] Asked);
