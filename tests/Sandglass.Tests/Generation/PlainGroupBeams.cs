using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>Group beam search once more, with lists and no engine: what <c>_group_beam_search</c>, <c>BeamSearchScorer</c> and
/// <c>HammingDiversityLogitsProcessor</c> of transformers 4.50 say, told in our words. It reads each beam's text anew.</summary>
/// <param name="scores">The log-probabilities behind a completion, likeliest first: enough of them that no penalty reaches the rest.</param>
internal sealed class PlainGroupBeams(BeamOptions options, int mostTokens, IReadOnlyCollection<int> ends, Func<int[], Task<IReadOnlyList<TokenLogprob>>> scores)
{
    private readonly int _width = options.Beams / options.Groups;

    /// <summary>All groups' texts, best first.</summary>
    public async Task<(string Ids, double Score)[]> SearchAsync()
    {
        Group[] groups = [.. Enumerable.Range(0, options.Groups).Select(_ => new Group())];
        for (int length = 1; length <= mostTokens && !groups.All(group => group.IsDone); length++)
        {
            List<int> chosen = [];
            foreach (Group group in groups.Where(group => !group.IsDone))
            {
                await StepAsync(group, chosen, length);
                chosen.AddRange(group.Open.Select(beam => beam.Ids[^1]));
            }
        }
        foreach (Group group in groups.Where(group => !group.IsDone))
        {
            foreach ((int[] ids, float sum) in group.Open) Keep(group, ids, sum);
        }
        return [.. groups.SelectMany(group => group.Finished).OrderByDescending(text => text.Score).Select(text => (string.Join(',', text.Ids), text.Score))];
    }

    private async Task StepAsync(Group group, List<int> chosen, int length)
    {
        List<(int[] Ids, float Sum)> candidates = [];
        foreach ((int[] ids, float sum) in group.Open)
        {
            foreach (TokenLogprob token in await scores(ids))
            {
                float penalty = (float)(options.DiversityPenalty * chosen.Count(id => id == token.Id));
                candidates.Add(([.. ids, token.Id], sum + (token.Logprob - penalty)));
            }
        }
        candidates = [.. candidates.OrderByDescending(candidate => candidate.Sum).Take(Math.Max(2, 1 + ends.Count) * _width)];

        group.Open = [];
        for (int rank = 0; group.Open.Count < _width; rank++)
        {
            (int[] ids, float sum) = candidates[rank];
            if (!ends.Contains(ids[^1])) group.Open.Add((ids, sum));
            else if (rank < _width) Keep(group, ids, sum);
        }
        group.IsDone = IsDone(group, candidates[0].Sum, length);
    }

    private bool IsDone(Group group, double best, int length)
    {
        if (group.Finished.Count < _width) return false;
        double worst = group.Finished.Min(text => text.Score);
        return options.EarlyStopping switch
        {
            EarlyStopping.True => true,
            EarlyStopping.False => worst >= best / Math.Pow(length, options.LengthPenalty),
            _ => worst >= best / Math.Pow(options.LengthPenalty > 0 ? mostTokens : length, options.LengthPenalty),
        };
    }

    private void Keep(Group group, int[] ids, double sum)
    {
        group.Finished.Add((ids, sum / Math.Pow(ids.Length, options.LengthPenalty)));
        if (group.Finished.Count > _width) group.Finished.Remove(group.Finished.MinBy(text => text.Score));
    }

    private sealed class Group
    {
        public List<(int[] Ids, float Sum)> Open { get; set; } = [([], 0)];

        public List<(int[] Ids, double Score)> Finished { get; } = [];

        public bool IsDone { get; set; }
    }
}
