using Sandglass.Generation;
using Sandglass.Studies;
using Sandglass.Tests.Generation;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Studies;

/// <summary>The experiments that ask for what was said: <see cref="MiddleStudy"/> and <see cref="ForgetStudy"/>.</summary>
public class RecallTests(Grain grain) : IClassFixture<Grain>
{
    private Tokenizer Tokenizer => grain.Model.Tokenizer;

    [Theory]
    [InlineData(0, 128)]
    [InlineData(0.5, 128)]
    [InlineData(1, 500)]
    public void The_fact_stands_where_it_is_put_and_the_context_is_as_long_as_asked(double position, int length)
    {
        string[] words = ["gold", "bread", "milk", "salt", "iron", "wood", "fish", "corn"];
        foreach (bool isRetrieval in (bool[])[true, false])
        {
            (string text, int right) = isRetrieval
                ? MiddleStudy.Retrieval(Tokenizer, words, new Dice(1, 3), length, position)
                : MiddleStudy.KeyValue(Tokenizer, words, new Dice(1, 3), length, position);

            string question = text[(text.LastIndexOf(". ", StringComparison.Ordinal) + 2)..], fact = $"{question} {words[right]}.";
            int at = text.IndexOf(fact, StringComparison.Ordinal);
            Assert.InRange(at, 0, text.Length);
            Assert.Equal(at, text.LastIndexOf(fact, StringComparison.Ordinal));
            Assert.Equal(2, text.Split(question).Length - 1);       // the fact, and the question itself: no other fact has its key
            Assert.InRange(at / (double)(text.Length - fact.Length - question.Length - 1), position - 0.1, position + 0.1);
            Assert.InRange(Tokenizer.Encode(text).Ids.Length, length - 20, length + 2);
        }
    }

    [Fact]
    public async Task A_choice_is_between_the_words_alone()
    {
        ForcedChoice choice = new(Tokenizer, ["Tom", "Jack", "Anna", "Peter", "John", "Mary", "Hans", "Henry", "George"]);
        Assert.Equal(8, choice.Words.Count);
        int[] text = Tokenizer.Encode("Jack went out. Jack came home. Jack said to Jack that").Ids;

        (bool isHit, double logprob, ReadOnlyMemory<float> logits) = await choice.AskAsync(grain.Model, text, 1, default);

        int[] ids = [.. choice.Words.Select(word => Tokenizer.Encode($"It is {word}", addBos: false).Ids[2])];
        Assert.Equal(8, ids.Distinct().Count());
        Assert.Equal(ids.MaxBy(id => logits.Span[id]) == ids[1], isHit);
        TokenScore score = await grain.Model.ScoreAsync([.. text, ids[1]]).LastAsync();
        Assert.Equal(score.Logprob, logprob);
        Assert.Single(Enumerable.Range(0, 8), right => choice.AskAsync(grain.Model, text, right, default).Result.IsHit);
    }

    [Fact]
    public void Words_that_begin_alike_are_told_apart_or_refused() =>
        Assert.Equal("model", Assert.Throws<GenerationException>(() => new ForcedChoice(Tokenizer, Enumerable.Repeat("gold", 20))).Option);

    [Fact]
    public async Task Middle_has_a_row_for_each_form_length_and_place()
    {
        MiddleRow[] rows = await new MiddleStudy(grain.Model, [64, 100], [0, 1], trials: 4, seed: 2).RunAsync().ToArrayAsync();

        Assert.Equal(
            [("retrieval", 64, 0), ("retrieval", 64, 1), ("retrieval", 100, 0), ("retrieval", 100, 1), ("key-value", 64, 0), ("key-value", 64, 1),
                ("key-value", 100, 0), ("key-value", 100, 1)],
            rows.Select(row => (row.Form, row.Length, (int)row.Position)));
        Assert.All(rows, row => Assert.Equal((4, row.Hits / 4.0), (row.Trials, row.Accuracy)));
        Assert.All(rows, row => Assert.Equal(WilsonInterval.Of(row.Hits, 4), new WilsonInterval(row.Low, row.High)));
        Assert.All(rows, row => Assert.True(row.MeanLogprob < 0));
    }

    [Fact]
    public async Task What_was_said_at_the_start_loses_its_hold_with_distance()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded();       // the smaller one has next to no hold to lose

        ForgetRow[] rows = await new ForgetStudy(model, [0, 300], trials: 8).RunAsync().ToArrayAsync();

        Assert.Equal([0, 300], rows.Select(row => row.Distance));
        Assert.True(rows[0].Lift > 1 && rows[1].Lift < 0.7);
        Assert.True(rows[0].Divergence > 10 * rows[1].Divergence && rows[1].Divergence > 0);
    }

    [Fact]
    public void What_they_cannot_do_is_refused()
    {
        Assert.Equal("lengths", Assert.Throws<GenerationException>(() => new MiddleStudy(grain.Model, [1024], [0])).Option);
        Assert.Equal("positions", Assert.Throws<GenerationException>(() => new MiddleStudy(grain.Model, [100], [1.5])).Option);
        Assert.Equal("distances", Assert.Throws<GenerationException>(() => new ForgetStudy(grain.Model, [1000])).Option);
        Assert.Equal("trials", Assert.Throws<GenerationException>(() => new ForgetStudy(grain.Model, [10], trials: 0)).Option);
    }

    [Fact]
    public void Dice_are_the_same_for_the_same_trial()
    {
        Dice one = new(5, 7), other = new(5, 7), next = new(5, 8);
        int[] thrown = [.. Enumerable.Range(0, 50).Select(_ => one.Next(6))];

        Assert.Equal(thrown, Enumerable.Range(0, 50).Select(_ => other.Next(6)));
        Assert.NotEqual(thrown, Enumerable.Range(0, 50).Select(_ => next.Next(6)));
        Assert.Equal([0, 1, 2, 3, 4, 5], thrown.Distinct().Order());
    }
}
