using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.Sampling;
using Sandglass.Tracing;
using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>
/// Guesses for one text with a smaller model, or by what followed before where the text repeats itself for long or follows a prediction. The model chooses by
/// the same chain and with the same draws as the model that checks, so that the two agree as often as they can.
/// </summary>
/// <remarks>Leviathan, Kalman and Matias, <i>Fast inference from transformers via speculative decoding</i> (2023).</remarks>
/// <param name="model">The model that drafts.</param>
/// <param name="keepsDistributions">Whether it is to tell the probabilities of its guesses.</param>
/// <param name="prediction">What the completion is expected to be; null where nobody says.</param>
internal sealed class ModelDrafter(DraftModel model, bool keepsDistributions, PredictedText? prediction = null) : IDrafter
{
    private const int Arrears = Decoder.MaxBatch; // tokens that it catches up in a step at most: all other texts wait for it

    private const int Behind = 32;              // that it reads on its way to a guess: what was written since the last one

    private readonly LookupDrafter _repetition = new(prediction);
    private readonly SequenceCache _cache = new(model.Pages);
    private readonly int[] _one = new int[1];
    private readonly double[][] _distributions = new double[keepsDistributions ? Speculation.Most : 0][];
    private int[] _guessed = [];    // the last guesses, which followed the text of that time
    private int _count, _length;    // how many, and how long that text was

    public Counters Work { get; } = new();

    public bool IsFree { get; private set; }    // where the text repeats itself

    public ReadOnlySpan<double> Distribution(int guess) => keepsDistributions && !IsFree ? _distributions[guess] : [];

    public int Guess(ReadOnlyMemory<int> text, Sampler sampler, Span<int> to, GuessOdds odds)
    {
        int repeated = _repetition.Guess(text.Span, to, odds, mustBeSure: true);
        IsFree = repeated > 0;
        if (IsFree) return repeated;

        _cache.Truncate(Known(text.Span));
        _cache.Settle();
        int room = Math.Min(to.Length, model.Context - text.Length);
        if (room <= 0 || !odds.IsWorthMaking) return 0;
        if (text.Length - _cache.Length > Behind)
        {
            int count = Math.Min(text.Length - _cache.Length - 1, Arrears);
            if (!_cache.HasRoom(_cache.Length + count)) return 0;
            model.Forward(_cache, text.Slice(_cache.Length, count), Work);    // a prompt: no guess is to seem dear for it
            _count = 0;
            return 0;
        }

        if (!_cache.HasRoom(text.Length + room)) return 0;    // without pages it does not draft

        Sampler guessing = sampler.Fork();
        ReadOnlyMemory<int> next = text[_cache.Length..];
        int made = 0;
        while (made < room && odds.IsWorthMaking)
        {
            ReadOnlySpan<float> logits = model.Read(_cache, next, Work);
            Choice choice = guessing.Choose(logits, text.Length + made);
            to[made] = _one[0] = choice.Id;
            if (keepsDistributions) guessing.Distribution(logits, _distributions[made] ??= new double[model.Vocabulary]);
            made++;
            if (!odds.Take(Grade(choice))) break;
            guessing.Accept(choice.Id);
            next = _one;
        }
        Remember(text.Length, to[..made]);
        return odds.Taken;
    }

    public void Dispose() => _cache.Dispose();

    /// <summary>Positions of the cache that still hold: the text's of then, and as many guesses as became text.</summary>
    private int Known(ReadOnlySpan<int> text)
    {
        int known = _length;
        while (known < text.Length && known - _length < _count && _guessed[known - _length] == text[known]) known++;
        return _count == 0 ? _cache.Length : Math.Min(known, text.Length - 1); // of the last token the scores are wanted, so it is read again
    }

    /// <summary>
    /// By the probability that it has for the guessing model. Where guesses are kept by their probabilities, one that was drawn must not be dropped for what it
    /// is: then all are alike.
    /// </summary>
    private int Grade(Choice choice) =>
        keepsDistributions ? GuessOdds.Grades / 2 : Math.Min((int)(Elementary.Exp(choice.Logprob) * GuessOdds.Grades), GuessOdds.Grades - 1);

    private void Remember(int length, ReadOnlySpan<int> guesses)
    {
        if (_guessed.Length < guesses.Length) _guessed = new int[guesses.Length];
        guesses.CopyTo(_guessed);
        (_length, _count) = (length, guesses.Length);
    }
}
