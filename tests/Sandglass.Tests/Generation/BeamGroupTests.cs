using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>The decisions of a beam search on a toy of four tokens, whose every text can be looked at.</summary>
public class BeamGroupTests
{
    private const int Vocabulary = 4, End = 3, Longest = 4;

    [Theory]
    [InlineData(1.0), InlineData(0.0), InlineData(2.0), InlineData(-0.5)]
    public void A_search_that_drops_nothing_finds_the_best_of_all_texts(double lengthPenalty)
    {
        BeamOptions options = new() { Beams = 64, LengthPenalty = lengthPenalty, EarlyStopping = EarlyStopping.Never };

        BeamHypothesis[] found = Search(options, width: 64);

        (string Ids, double Score)[] all = [.. Texts([], 0).Select(text => (text.Ids, text.Sum / Math.Pow(text.Length, lengthPenalty)))
        .OrderByDescending(text => text.Item2)];
        Assert.Equal(1 + 3 + 9 + 27 * 4, all.Length);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(all[i].Ids, Ids(found[i]));
            Assert.Equal(all[i].Score, found[i].Score, 1e-5);
        }
    }

    [Fact]
    public void Two_beams_find_what_the_likeliest_token_alone_misses()
    {
        // a: .6 then four equal ones; b: .4 then almost surely the end. The best text begins with b.
        static float[] Row(IReadOnlyList<int> text) =>
            text.Count == 0 ? Log(0.6, 0.4, 0, 0) : text[0] == 0 ? Log(0.25, 0.25, 0.25, 0.25) : Log(0.01, 0.01, 0.01, 0.97);

        BeamHypothesis one = Search(new BeamOptions { Beams = 1, LengthPenalty = 0 }, 1, Row, longest: 2)[0];
        BeamHypothesis two = Search(new BeamOptions { Beams = 2, LengthPenalty = 0 }, 2, Row, longest: 2)[0];

        Assert.Equal(("0,0", Math.Log(0.15)), (Ids(one), one.Score), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-6);
        Assert.Equal(("1,3", Math.Log(0.388)), (Ids(two), two.Score), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-6);
    }

    [Fact]
    public void Early_stopping_ends_with_the_first_full_list_and_never_looks_on()
    {
        // the end is a good second choice at first; later it is certain
        static float[] Row(IReadOnlyList<int> text) => text.Count < 3 ? Log(0.60, 0.01, 0.01, 0.38) : Log(0.01, 0.01, 0.01, 0.97);

        BeamHypothesis[] soon = Search(new BeamOptions { Beams = 2, LengthPenalty = 2, EarlyStopping = EarlyStopping.True }, 2, Row);
        BeamHypothesis[] late = Search(new BeamOptions { Beams = 2, LengthPenalty = 2, EarlyStopping = EarlyStopping.Never }, 2, Row);

        Assert.Equal(["0,3", "3"], soon.Select(Ids));
        Assert.Equal("0,0,0,3", Ids(late[0]));
    }

    [Fact]
    public void Among_equals_the_earlier_beam_and_the_lower_id_come_first()
    {
        BeamHypothesis[] found = Search(new BeamOptions { Beams = 3 }, 3, _ => Log(0.25, 0.25, 0.25, 0.25), longest: 2);

        Assert.Equal(["0,0", "0,1", "0,2"], found.Select(Ids));
    }

    private static BeamHypothesis[] Search(BeamOptions options, int width, Func<IReadOnlyList<int>, float[]>? rows = null, int longest = Longest)
    {
        BeamGroup group = new(width, options, longest, FinishReason.Length);
        BeamScorer scorer = new([], new SamplingBuffers(Vocabulary));
        while (!group.IsOver)
        {
            List<BeamCandidate> candidates = [];
            for (int beam = 0; beam < group.Running.Count; beam++)
            {
                List<int> text = [.. group.Running[beam].Last?.Path().Select(token => token.Id) ?? []];
                scorer.Read((rows ?? Row)(text), text);
                scorer.Offer(candidates, beam, group.Running[beam].Score, group.CandidatesNeeded(1), new RowFacts([], null));
            }
            candidates.Sort();
            group.Advance(candidates.Take(group.CandidatesNeeded(1)).ToArray(), token => token.Id == End ? FinishReason.Eos : null);
        }
        return [.. group.Finished];
    }

    /// <summary>Every text that ends, or is as long as may be, with its summed log-probability.</summary>
    private static IEnumerable<(string Ids, int Length, double Sum)> Texts(int[] text, double sum)
    {
        if (text.Length == Longest || (text.Length > 0 && text[^1] == End)) return [(string.Join(',', text), text.Length, sum)];
        float[] row = Row(text);
        double total = Math.Log(row.Sum(logit => Math.Exp(logit)));
        return Enumerable.Range(0, Vocabulary).SelectMany(id => Texts([.. text, id], sum + row[id] - total));
    }

    /// <summary>Logits from nothing but the text.</summary>
    private static float[] Row(IReadOnlyList<int> text)
    {
        uint seed = 17;
        foreach (int id in text) seed = (seed + (uint)id + 1) * 1664525 + 1013904223;
        return [.. Enumerable.Range(0, Vocabulary).Select(_ => ((seed = seed * 1664525 + 1013904223) >> 8) / (float)(1 << 23) * 2)];
    }

    private static float[] Log(params double[] probabilities) => [.. probabilities.Select(p => (float)Math.Log(p))];

    private static string Ids(BeamHypothesis text) => string.Join(',', text.Last.Path().Select(token => token.Id));
}
