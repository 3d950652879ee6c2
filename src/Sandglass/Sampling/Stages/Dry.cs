using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>Don't repeat yourself: a token that would continue a repetition is penalised, more for a longer repetition.</summary>
/// <remarks>
/// As llama.cpp's <c>dry</c>, by pi6am for koboldcpp: multiplier * base^(length - allowed), where length counts the tokens at the end of the text that also
/// stand before an earlier occurrence of the token.
/// </remarks>
/// <param name="multiplier">0 does nothing.</param>
/// <param name="growth">The base of the power.</param>
/// <param name="allowed">Repetitions shorter than this are free.</param>
/// <param name="window">How many of the last tokens are searched; null for all.</param>
/// <param name="breakers">No repetition crosses one of these.</param>
internal sealed class Dry(double multiplier, double growth, int allowed, int? window, SequenceBreakers breakers) : SamplerStep
{
    private const double LargestLogarithm = 88.7228391;      // of an F32: longer repetitions cost no more
    private readonly int _largestPower = growth > 1.000001 ? (int)(LargestLogarithm / Elementary.Log(growth)) : 0;

    private RepeatIndex _repeats = new();
    private LastBreaker _breaker = new(breakers);
    private int _accepted;

    internal override string Name => "dry";

    internal override bool LooksBack => multiplier > 0;

    internal override void Apply(Candidates candidates, Chance chance)
    {
        ReadOnlySpan<int> text = candidates.Text;
        if (multiplier == 0 || text.IsEmpty) return;
        bool isGrown = _accepted == text.Length;             // a beam's text is not accepted
        _repeats.Learn(text, isGrown);
        int start = Math.Max(0, text.Length - (window ?? text.Length));
        int longest = _breaker.TokensSince(text, start, isGrown);
        if (text.Length - start <= allowed || longest < allowed) return;

        Span<int> lengths = candidates.Counts;               // [id], the longest repetition that the token would continue
        for (int place = _repeats.First(text); place >= start; place = _repeats.Earlier(text, place))
        {
            int length = Math.Min(Math.Min(_repeats.Length(place), place - start + 1), longest);
            int next = text[place + 1];                      // what came after the run that ends there
            if (length >= allowed && length > lengths[next]) lengths[next] = length;
        }
        for (int place = _repeats.First(text); place >= start; place = _repeats.Earlier(text, place))
        {
            int id = text[place + 1];
            if (lengths[id] == 0) continue;
            int power = lengths[id] - allowed;
            if (_largestPower > 0 && power > _largestPower) power = _largestPower;
            if (!breakers.IsBreaker(id)) candidates.Change(id, candidates[id] - multiplier * Elementary.Pow(growth, power));
            lengths[id] = 0;
        }
    }

    internal override void Accept(int id, ReadOnlySpan<int> text) => _accepted++;

    internal override SamplerStep Fork() =>
        new Dry(multiplier, growth, allowed, window, breakers) { _repeats = _repeats.Fork(), _breaker = _breaker.Fork(), _accepted = _accepted };
}
