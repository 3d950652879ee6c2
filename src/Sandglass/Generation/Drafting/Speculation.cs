using Sandglass.KvCache;
using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>How far ahead one text is drafted, and whether at all: by what was accepted and what it cost. Whatever is decided, the text is the same.</summary>
/// <param name="drafter">What drafts.</param>
/// <param name="time">Where time comes from; null where the text depends on what is guessed: then a price is assumed, so that a run repeats.</param>
internal sealed class Speculation(IDrafter drafter, TimeProvider? time) : IDisposable
{
    /// <summary>Tokens guessed at once at most.</summary>
    public const int Most = 16;

    private const int Plain = 3;            // steps without guesses at the beginning, to know what one costs
    private const int Between = 48;         // rounds after which that is looked at again, and the odds too: the text grows, and others come and go
    private const double Smoothing = 0.2;   // a new time's part of the mean
    private const double Assumed = 0.25;    // the price of making or checking a guess, before it is known and where the clock must not be asked
    // a time counts as this many times the mean at most: code compiled at first use, or another process, says nothing
    private const double Lesson = 2;
    private const double LeastPrice = 0.01;
    private const double Credit = 8;        // steps that guessing may lose before it is given up, and may save up for that

    private readonly GuessOdds _odds = new();
    private int _open, _accepted;           // of the last step: guessed, accepted so far
    private int _drafted, _kept, _steps;    // of the steps before
    private int _plainLeft = time is null ? 0 : Plain;
    private int _sincePlain, _sinceGuess;   // rounds since a step without guesses, and since one with some
    private long _since;                    // when the last step began; 0 before the first
    private double _madeIn;                 // seconds that its guesses took to make
    private double _plain;                  // seconds of a step without guesses
    private double _making = Assumed, _checking = Assumed;  // what a guess costs, in such steps
    private double _balance;                // steps saved, less steps lost
    private int? _offAt;

    /// <summary>Whether guessing was given up.</summary>
    public bool IsOff => _offAt is not null;

    /// <summary>How it went so far.</summary>
    public SpeculationResult Result => new(
        _drafted + _open, _kept + _accepted, _steps + (_open > 0 ? 1 : 0), _offAt, drafter.Work.LayerTokenPasses, drafter.Work.MultiplyAdds);

    /// <summary>Drafts the ids after a text, at most as many as there is room for.</summary>
    /// <param name="written">Tokens of the completion so far.</param>
    public int Guess(ReadOnlyMemory<int> text, int written, Sampler sampler, Span<int> to)
    {
        long now = time?.GetTimestamp() ?? 1;
        if (_since != 0) Settle(written, Elapsed(_since, now));
        (_since, _madeIn) = (now, 0);
        _odds.Begin(_making, _checking, isTrial: _sinceGuess >= Between);
        if (IsOff) return 0;
        if (_plainLeft > 0)
        {
            _plainLeft--;
            return 0;
        }
        try
        {
            _open = drafter.Guess(text, sampler, to[..Math.Min(to.Length, Most)], _odds);
        }
        catch (Exception failure) when (failure is SamplingException or KvCacheException or OutOfMemoryException)
        {
            _offAt = written;   // a text whose drafter fails goes on without
        }
        _madeIn = Elapsed(now, time?.GetTimestamp() ?? 1);
        return _open;
    }

    /// <summary>The probabilities that the guess to be checked next was drawn from; empty where it was certain.</summary>
    public ReadOnlySpan<double> Distribution => drafter.Distribution(_accepted);

    /// <summary>One of the guesses came true.</summary>
    public void Accept() => _accepted++;

    public void Dispose() => drafter.Dispose();

    /// <summary>Learns from the last step, which took this many seconds.</summary>
    private void Settle(int written, double seconds)
    {
        double rest = seconds - _madeIn;
        if (_open == 0)
        {
            _plain = _plain == 0 || _steps == 0 ? Math.Min(_plain == 0 ? rest : _plain, rest) : Mean(_plain, rest);
        }
        else if (_plain > 0)
        {
            _checking = Mean(_checking, Math.Max((rest / _plain - 1) / _open, LeastPrice));
        }
        int made = drafter.IsFree ? 0 : _odds.Made;
        if (made > 0 && _plain > 0) _making = Mean(_making, Math.Max(_madeIn / _plain / made, LeastPrice));
        _odds.Settle(_accepted);
        _balance = Math.Min(_balance + _accepted - _open * _checking - made * _making, Credit);
        if (_balance < -Credit) _offAt ??= written;
        if (_open > 0) (_drafted, _kept, _steps) = (_drafted + _open, _kept + _accepted, _steps + 1);
        (_sincePlain, _sinceGuess) = _open > 0 ? (_sincePlain + 1, 0) : (0, _sinceGuess + 1);
        (_open, _accepted) = (0, 0);
        if (time is not null && _sincePlain >= Between) _plainLeft = 1;
    }

    private double Elapsed(long from, long to) => time?.GetElapsedTime(from, to).TotalSeconds ?? 0;

    private static double Mean(double old, double value) => old + Smoothing * (Math.Min(value, Lesson * old) - old);
}
