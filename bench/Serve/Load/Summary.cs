namespace Sandglass.ServeBench.Load;

/// <summary>The figures of one run, defined as those of <c>vllm bench serve</c>, but for the first token, which here means text (vLLM takes the first event,
/// which in a chat may be the role).</summary>
/// <param name="Seconds">From the first request to the end of the last.</param>
/// <param name="Failed">All that did not end well, refusals included.</param>
/// <param name="Busy">Of the failed those that were refused with 429 or 503.</param>
/// <param name="BusyWithoutRetryAfter">Of these those that did not say when to come again.</param>
/// <param name="Chunks">Events with text of the completed.</param>
internal sealed record Summary(
    double Seconds, int Completed, int Failed, int Busy, int BusyWithoutRetryAfter, int PromptTokens, int CachedTokens, int OutputTokens, int Chunks, int Good,
    Quantiles FirstText, Quantiles TimePerToken, Quantiles Gaps, Quantiles EndToEnd, string[] Errors)
{
    private const int ErrorsKept = 3;

    public double RequestsPerSecond => Completed / Seconds;

    public double OutputPerSecond => OutputTokens / Seconds;

    public double TokensPerSecond => (PromptTokens + OutputTokens) / Seconds;

    /// <summary>Requests a second that kept all limits.</summary>
    public double GoodPerSecond => Good / Seconds;

    public static Summary Of(IReadOnlyCollection<Outcome> outcomes, double seconds, Goodput goodput)
    {
        Outcome[] whole = [.. outcomes.Where(outcome => outcome.Error is null)], failed = [.. outcomes.Where(outcome => outcome.Error is not null)];
        Outcome[] busy = [.. failed.Where(outcome => outcome.Status is 429 or 503)];
        return new Summary(
            seconds, whole.Length, failed.Length, busy.Length, busy.Count(outcome => !outcome.HasRetryAfter),
            whole.Sum(outcome => outcome.PromptTokens), whole.Sum(outcome => outcome.CachedTokens), whole.Sum(outcome => outcome.OutputTokens),
                whole.Sum(outcome => outcome.Chunks),
            whole.Count(goodput.IsGood),
            Quantiles.Of(whole.Select(outcome => outcome.FirstText)),
            Quantiles.Of(whole.Where(outcome => outcome.OutputTokens > 1).Select(outcome => outcome.TimePerToken)),
            Quantiles.Of(whole.SelectMany(outcome => outcome.Gaps)),
            Quantiles.Of(whole.Select(outcome => outcome.Ended)),
            [.. failed.GroupBy(outcome => outcome.Error!).OrderByDescending(same => same.Count()).Take(ErrorsKept)
                .Select(same => $"{same.Count()} x {same.Key}")]);
    }
}
