namespace Sandglass.Sampling;

/// <summary>Removes every token that would complete a run of n tokens that the text, prompt included, already has.</summary>
/// <remarks>As <c>no_repeat_ngram_size</c> of Hugging Face transformers. If that would leave nothing, it removes nothing.</remarks>
/// <param name="n">0 does nothing.</param>
internal sealed class NoRepeatNgram(int n) : SamplerStep
{
    private RepeatIndex _repeats = new();
    private HashSet<int> _seen = [];                         // accepted tokens, where no token may come twice
    private int _accepted;

    internal override string Name => "no_repeat_ngram";

    internal override bool LooksBack => n > 0;

    internal override void Apply(Candidates candidates, Chance chance)
    {
        ReadOnlySpan<int> text = candidates.Text;
        if (n == 0 || text.Length < n) return;
        bool isGrown = _accepted == text.Length;             // a beam's text is not accepted
        if (n > 1)
        {
            _repeats.Learn(text, isGrown);
            for (int place = _repeats.First(text); place >= 0; place = _repeats.Earlier(text, place))
            {
                if (_repeats.Length(place) >= n - 1) candidates.Remove(text[place + 1]);
            }
        }
        else if (isGrown)
        {
            foreach (int id in _seen) candidates.Remove(id);
        }
        else
        {
            foreach (int id in text) candidates.Remove(id);
        }
    }

    internal override void Accept(int id, ReadOnlySpan<int> text)
    {
        _accepted++;
        if (n == 1) _seen.Add(id);
    }

    internal override SamplerStep Fork() => new NoRepeatNgram(n) { _repeats = _repeats.Fork(), _seen = [.. _seen], _accepted = _accepted };
}
