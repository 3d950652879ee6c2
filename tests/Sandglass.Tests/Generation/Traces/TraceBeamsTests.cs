using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>From the steps of a traced search the search can be followed, down to its results.</summary>
public sealed class TraceBeamsTests(Grain grain) : IClassFixture<Grain>
{
    public static TheoryData<BeamOptions, bool> Searches => new()
    {
        { new BeamOptions { Beams = 4 }, false },
        { new BeamOptions { Beams = 3, EarlyStopping = EarlyStopping.Never, LengthPenalty = 2 }, true },
        { new BeamOptions { Beams = 6, Groups = 3, DiversityPenalty = 0.7 }, false },
        { new BeamOptions { Beams = 4, EarlyStopping = EarlyStopping.True }, false },
    };

    [Theory, MemberData(nameof(Searches))]
    public async Task The_tree_leads_to_the_results(BeamOptions search, bool noCache)
    {
        SamplerOptions sampling = new() { Samplers = ["penalties"] };
        GenerationOptions options = new() { Beams = search, MaxTokens = 14, NoCache = noCache, Sampling = sampling, ShareCache = false };
        const string Prompt = "Once upon a time there was a little girl. She was";
        Run plain = await Run.Of(grain.Model, Prompt, options);
        TraceRun run = await TraceRun.Of(grain.Model, Prompt, options);
        Assert.Equal(plain.Result.Beams!.Select(beam => (beam.Text, beam.Score)), run.Result.Beams!.Select(beam => (beam.Text, beam.Score)));

        List<(string Ids, float Score)> finished = [];
        string[] running = [""];
        foreach (BeamStep step in run.Beams)
        {
            string[] next = new string[step.Beams.Count(beam => beam.Fate == BeamFate.Kept)];
            foreach (TraceBeam beam in step.Beams)
            {
                Assert.Equal(step == run.Beams[0], beam.Parent == -1);
                string ids = $"{(beam.Parent < 0 ? "" : running[beam.Parent])} {beam.Id}";
                Assert.Equal(beam.Fate == BeamFate.Kept, beam.Beam >= 0);
                if (beam.Fate == BeamFate.Kept) next[beam.Beam] = ids;
                if (beam.Fate == BeamFate.Finished) finished.Add((ids, beam.Score));
                Assert.InRange(beam.Logprob, -1000, 0);
            }
            Assert.All(next, Assert.NotNull);
            running = next;
        }
        Assert.Equal(Enumerable.Range(1, run.Beams.Length), run.Beams.Select(step => step.Length));
        foreach (BeamResult result in run.Result.Beams!)
            Assert.Contains(($" {string.Join(' ', result.Ids)}", result.Score), finished);

        TraceCost[] costs = [.. run.Pieces.Select(step => step.Cost), .. run.Beams.Select(step => step.Cost).OfType<TraceCost>()];
        Assert.Equal(run.Result.LayerTokenPasses, costs.Sum(cost => cost.LayerTokenPasses));
        Assert.Equal(run.Result.MultiplyAdds.Total, costs.Sum(cost => cost.MultiplyAdds.Total));
        Assert.Null(run.Beams[0].Cost);
        long recomputed = run.Beams.Sum(step => step.Cache.BlocksRecomputed);
        Assert.Equal(noCache, recomputed > 0);
        if (!noCache) Assert.Contains(run.Beams, step => step.Cache.Pages.Contains('s') || step.Cache.Pages.Length > 1);
    }
}
