using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>What a row of logits tells beside the token that is chosen from it: the same for whichever that is.</summary>
/// <param name="Top">The likeliest tokens, likeliest first; empty unless asked for.</param>
/// <param name="LogitsHash">Null unless asked for.</param>
internal readonly record struct RowFacts(TokenLogprob[] Top, string? LogitsHash)
{
    /// <param name="logits">[vocabulary]</param>
    /// <param name="logSumExp">What makes a logit a log-probability.</param>
    /// <param name="likeliest">How many of the likeliest tokens are told.</param>
    /// <param name="hash">Whether the hash of the logits is told.</param>
    public static RowFacts Of(ReadOnlySpan<float> logits, LogSumExp logSumExp, int likeliest, bool hash)
    {
        TokenLogprob[] top = likeliest == 0 ? [] : new TokenLogprob[Math.Min(likeliest, logits.Length)];
        if (top.Length > 0) Logprobs.Top(logits, logSumExp, top);
        return new RowFacts(top, hash ? Generation.LogitsHash.Of(logits) : null);
    }
}
