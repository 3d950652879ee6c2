using Sandglass.Sampling;
using Sandglass.Tracing;

namespace Sandglass.Generation;

/// <summary>
/// Prompt lookup: the last few tokens stood in the text before, or stand in the text that is predicted, so what followed them there may follow again.
/// </summary>
/// <remarks>
/// Saxena, <i>Prompt lookup decoding</i> (2023). Pays where a text repeats what it was given: summaries, edits of code, quotations. The more tokens stood there
/// before, the surer it is.
/// </remarks>
/// <param name="prediction">What the completion is expected to be; null where nobody says.</param>
internal sealed class LookupDrafter(PredictedText? prediction = null) : IDrafter
{
    private const int Longest = 32;     // tokens that are compared

    private const int Sure = 8;         // tokens alike that say more than a model

    private const int SurePrediction = 3;   // and in a prediction

    private readonly PairIndex _places = new();

    public Counters Work { get; } = new();   // no model: none

    public bool IsFree => true;

    public ReadOnlySpan<double> Distribution(int guess) => [];

    public int Guess(ReadOnlyMemory<int> text, Sampler sampler, Span<int> to, GuessOdds odds) => Guess(text.Span, to, odds);

    /// <summary>What followed the longest ending that has another place: where it stood last, or in the prediction.</summary>
    /// <param name="mustBeSure">Whether a short one is not enough.</param>
    public int Guess(ReadOnlySpan<int> text, Span<int> to, GuessOdds odds, bool mustBeSure = false)
    {
        (int next, int length) = _places.Find(text, Longest);
        if (prediction?.Find(text, Longest) is { Alike: > 0 } predicted && predicted.Alike >= length)
            return predicted.Alike < (mustBeSure ? SurePrediction : 1) ? 0 : Guess(prediction.Ids[predicted.Next..], predicted.Alike, to, odds);
        if (length < (mustBeSure ? Sure : 2)) return 0;
        int count = 0;
        for (; count < to.Length && odds.Take(GuessOdds.Repetition + Grade(length + count)); count++, next++)
            to[count] = next < text.Length ? text[next] : to[next - text.Length];   // a text that runs in a circle goes on in it
        return count;
    }

    public void Dispose() { }

    private static int Guess(ReadOnlySpan<int> predicted, int alike, Span<int> to, GuessOdds odds)
    {
        int count = 0, most = Math.Min(predicted.Length, to.Length);
        for (; count < most && odds.Take(GuessOdds.Prediction + Grade(alike + count)); count++)
            to[count] = predicted[count];
        return count;
    }

    /// <summary>By tokens that are alike: a guess that holds makes the next one surer.</summary>
    private static int Grade(int alike) => alike switch
    {
        < 2 => 0,
        2 => 1,
        3 => 2,
        4 => 3,
        5 => 4,
        < 9 => 5,
        < 16 => 6,
        _ => 7,
    };
}
