using Sandglass.KvCache;
using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>How far ahead one text is guessed, and whether at all: by what was accepted and what it cost. Whatever is decided, the text is the same.</summary>
/// <param name="drafter">Who guesses.</param>
/// <param name="time">Where time comes from; null where the text depends on what is guessed: then a price is assumed, so that a run repeats.</param>
internal sealed class Speculation(IDrafter drafter, TimeProvider? time) : IDisposable
{
    /// <summary>Tokens guessed at once at most.</summary>
    public const int Most = 16;

    private const int First = 4;
    private const int Plain = 4;            // steps without guesses at the beginning, to know what one costs
    private const int Between = 24;         // rounds after which that is looked at again: the text grows, and others come and go
    private const double Smoothing = 0.2;   // a new time's part of the mean
    private const double Assumed = 0.3;     // of a guess, where the clock must not be asked
    private const double Credit = 8;        // steps that guessing may lose before it is given up, and may save up for that

    private int _length = First;            // tokens to guess next
    private int _open, _accepted;           // of the last step: guessed, accepted so far
    private int _drafted, _kept, _steps;    // of the steps before
    private int _plainLeft = time is null ? 0 : Plain;
    private long _since;                    // when the last step began; 0 before the first
    private double _plain, _price = time is null ? Assumed : 0; // a step's time without guesses; what a guess costs beside it, made and checked, in such steps
    private double _balance;                // steps saved, less steps lost
    private int? _offAt;

    /// <summary>Tokens that it would guess next.</summary>
    public int Length => _offAt is null ? _length : 0;

    /// <summary>How it went so far.</summary>
    public SpeculationResult Result => new(
        _drafted + _open, _kept + _accepted, _steps + (_open > 0 ? 1 : 0), _offAt, drafter.Work.LayerTokenPasses, drafter.Work.MultiplyAdds);

    /// <summary>Guesses the ids behind a text, at most as many as there is room for.</summary>
    /// <param name="written">Tokens of the completion so far.</param>
    public int Guess(ReadOnlyMemory<int> text, int written, Sampler sampler, Span<int> to)
    {
        long now = time?.GetTimestamp() ?? 1;
        if (_since != 0) Settle(written, time?.GetElapsedTime(_since, now).TotalSeconds ?? 0);
        _since = now;
        if (_offAt is not null) return 0;
        if (_plainLeft > 0)
        {
            _plainLeft--;
            return 0;
        }
        try
        {
            _open = drafter.Guess(text, sampler, to[..Math.Min(to.Length, _length)]);
        }
        catch (Exception failure) when (failure is SamplingException or KvCacheException or OutOfMemoryException)
        {
            _offAt = written;   // who cannot guess does without: the text needs it not
        }
        return _open;
    }

    /// <summary>The probabilities that the guess to be checked next was drawn from; empty where it was certain.</summary>
    public ReadOnlySpan<double> Distribution => drafter.Distribution(_accepted);

    /// <summary>One of the guesses came true.</summary>
    public void Accept() => _accepted++;

    public void Dispose() => drafter.Dispose();

    /// <summary>Draws the lesson of the last step, which took so many seconds.</summary>
    private void Settle(int written, double seconds)
    {
        if (_open == 0)
        {
            _plain = Mean(_plain, seconds);
            return;
        }
        if (_plain > 0) _price = Mean(_price, Math.Clamp((seconds / _plain - 1) / _open, 0, 2));
        (_drafted, _kept, _steps) = (_drafted + _open, _kept + _accepted, _steps + 1);
        _balance = Math.Min(_balance + _accepted - _open * _price, Credit);
        _length = _accepted == _open ? Math.Min(Math.Max(_length, 2 * _open), Most) : _accepted + 1;
        if (_balance < -Credit) _offAt = written;
        (_open, _accepted) = (0, 0);
        if (time is not null && _steps % Between == 0) _plainLeft = 1;
    }

    private static double Mean(double old, double value) => old == 0 ? value : old + Smoothing * (value - old);
}
