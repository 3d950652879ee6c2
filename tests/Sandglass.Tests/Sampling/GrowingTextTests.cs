using System.Runtime.InteropServices;
using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

/// <summary>Stages that keep counts of the accepted text do to every row what one does that walks the whole text: RuleTests hold that one to a plain
/// search.</summary>
public class GrowingTextTests
{
    private const int Vocabulary = 12;

    public static TheoryData<string> Stages => ["penalties", "penalties of a window", "dry", "dry of a window", "no 1", "no 2", "no 4"];

    [Theory, MemberData(nameof(Stages))]
    public void Counts_that_move_with_the_text_are_those_of_a_walk(string stage)
    {
        for (int round = 0; round < 60; round++)
        {
            Random random = new(round);
            int kinds = 1 + round % 5;          // of tokens: from one that comes again and again to a few
            List<int> text = [.. Enumerable.Range(0, random.Next(30)).Select(_ => random.Next(kinds))];
            SamplerStep step = Make(stage, round);
            for (int i = 0; i < text.Count; i++) step.Accept(text[i], CollectionsMarshal.AsSpan(text)[..(i + 1)]);
            Grow(step, text, stage, round, random, kinds, tokens: 60, forks: true);
        }
    }

    // longer than any of the sizes that an index begins with
    [Theory, InlineData("dry"), InlineData("no 4")]
    public void So_they_are_in_a_long_text(string stage)
    {
        Random random = new(7);
        List<int> text = [.. Enumerable.Range(0, 250).Select(_ => random.Next(4))];
        SamplerStep step = Make(stage, 3);
        for (int i = 0; i < text.Count; i++) step.Accept(text[i], CollectionsMarshal.AsSpan(text)[..(i + 1)]);
        Grow(step, text, stage, 3, random, kinds: 4, tokens: 400, forks: false);
    }

    private static void Grow(SamplerStep step, List<int> text, string stage, int round, Random random, int kinds, int tokens, bool forks)
    {
        for (int token = 0; token < tokens; token++)
        {
            if (random.Next(4) > 0) Same(Make(stage, round), step, text);       // not in each step, as where guesses are refused or taken
            if (forks && random.Next(20) == 0)
            {
                List<int> other = [.. text];
                Grow(step.Fork(), other, stage, round, new Random(token), kinds, tokens: 5, forks: false);
            }
            int id = text.Count > 5 && random.Next(3) > 0 ? text[random.Next(text.Count)] : random.Next(kinds);
            text.Add(id);
            step.Accept(id, CollectionsMarshal.AsSpan(text));
        }
    }

    private static void Same(SamplerStep plain, SamplerStep counting, List<int> text)
    {
        float[] row = Rows.Random(Vocabulary, text.Count);
        Candidates expected = Steps.Run(row, [.. text], plain), found = new(Vocabulary);
        found.Reset(row, text);
        found.Run(counting, new Chance(0, 0, Step: 1));
        Assert.Equal(expected.Ids.ToArray(), found.Ids.ToArray());
        foreach (int id in expected.Ids) Assert.Equal(expected[id], found[id]);
        Assert.All(found.Counts.ToArray(), count => Assert.Equal(0, count));
    }

    private static SamplerStep Make(string stage, int round) => stage switch
    {
        "penalties" => new Penalties(1.3, 0.4, 0.2, null),
        "penalties of a window" => new Penalties(1, 0.4, -0.2, 1 + round),
        "dry" => new Dry(0.8, 1.75, 1 + round % 3, null, Breakers(round)),
        "dry of a window" => new Dry(0.8, 1.2, 1 + round % 3, 2 + round, Breakers(round)),
        _ => new NoRepeatNgram(stage[3] - '0'),
    };

    private static SequenceBreakers Breakers(int round) => (round % 3) switch
    {
        0 => SequenceBreakers.None,
        1 => new SequenceBreakers([[0], [3, 1]]),
        _ => new SequenceBreakers([[1, 1, 2, 0], [2]]),
    };
}
