using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>What a trace tells of candidates, against the row of logits and the chain worked out here.</summary>
public sealed class TraceCandidatesTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly int[] Asked = [0, 17, 4095];

    public static TheoryData<SamplerOptions> Chains =>
    [
        SamplerOptions.Greedy,
        new() { Seed = 1 },
        new() { Seed = 2, TopK = 0, TopP = 1, MinP = 0, Temperature = 1 },
        new() { Seed = 3, TopK = 0, TopP = 0.9, MinP = 0, Temperature = 1.5 },
        new() { Seed = 4, TopK = 0, TopP = 1, MinP = 0, RepetitionPenalty = 1.4 },
        new() { Seed = 5, BannedIds = [17, 400, 432], TopK = 5, MinP = 0.1 },
        new() { Temperature = 0, BannedIds = [17, 400, 432] },
        new() { Seed = 6, Samplers = ["temperature", "min_p", "top_k"], Temperature = 2, TopK = 3 },
    ];

    [Theory, MemberData(nameof(Chains))]
    public async Task Ranks_probabilities_and_fates_are_those_of_the_row(SamplerOptions chain)
    {
        TraceRun run = await TraceRun.Of(grain.Model, "Once upon a time", new GenerationOptions { Sampling = chain, MaxTokens = 12, IgnoreEnd = true },
            new TraceOptions { Candidates = 40, Asked = Asked, Logits = true, Attention = TracedAttention.None });
        foreach (TokenStep step in run.Tokens)
        {
            float[] row = step.Logits.ToArray();
            int[] order = [.. Enumerable.Range(0, row.Length).OrderByDescending(id => row[id]).ThenBy(id => id)];
            double max = row.Max(), sum = row.Sum(logit => Math.Exp(logit - max));
            Explanation why = step.Token.Explanation!;

            Assert.Equal(order[..40], step.Candidates.Select(one => one.Id));
            Assert.Equal([step.Token.Id, .. Asked], step.Asked.Select(one => one.Id));
            Assert.Equal(order[..40].Sum(id => Math.Exp(row[id] - max) / sum), step.Coverage, 1e-5);
            Assert.Equal(why.Rank, step.Asked[0].Rank);
            Assert.Equal(-row.Sum(logit => Math.Exp(logit - max) / sum * (logit - max - Math.Log(sum))), why.EntropyRaw, 1e-4);
            foreach (TraceCandidate one in step.Candidates.Concat(step.Asked))
            {
                Assert.Equal((Array.IndexOf(order, one.Id) + 1, row[one.Id]), (one.Rank, one.Logit));
                Assert.Equal(Math.Exp(row[one.Id] - max) / sum, one.Probability, 1e-5);
                if (one.RemovedBy is not null) Assert.Equal(0, one.Final);
                TokenProbability final = why.Final.FirstOrDefault(token => token.Id == one.Id, new TokenProbability(-1, 0));
                if (final.Id >= 0) Assert.Equal((final.Probability, null), (one.Final, one.RemovedBy));
                else if (why.Kept <= 64) Assert.NotNull(one.RemovedBy);
            }
            foreach (SamplerStage stage in why.Stages)      // who names a stage was taken by it, and what the stages left adds up
                Assert.InRange(step.Candidates.Count(one => one.RemovedBy == stage.Name), 0, row.Length - stage.Kept);
            if (why.Kept <= 40 && chain.BannedIds is null) Assert.Equal(1, step.Candidates.Sum(one => (double)one.Final), 1e-5);
        }
        if (chain.BannedIds is not null) Assert.All(run.Tokens, step => Assert.Equal("banned", step.Asked[2].RemovedBy));
    }
}
