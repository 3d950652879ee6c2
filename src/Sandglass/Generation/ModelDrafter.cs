using Sandglass.KvCache;
using Sandglass.Sampling;
using Sandglass.Tracing;
using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>Guesses for one text with a smaller model: it chooses by the same chain and with the same draws as the model that checks, so that the two agree as often as they can.</summary>
/// <remarks>Leviathan, Kalman and Matias, <i>Fast inference from transformers via speculative decoding</i> (2023).</remarks>
/// <param name="model">Who guesses.</param>
/// <param name="keepsDistributions">Whether it is to tell the probabilities of its guesses.</param>
internal sealed class ModelDrafter(DraftModel model, bool keepsDistributions) : IDrafter
{
    private const int Arrears = Llama.MaxBatch; // tokens that it catches up in a step at most: everybody else waits for it

    private readonly SequenceCache _cache = new(model.Pages);
    private readonly int[] _one = new int[1];
    private readonly double[][] _distributions = new double[keepsDistributions ? Speculation.Most : 0][];
    private int[] _guessed = [];    // the last guesses, that stood behind the text of then
    private int _count, _length;    // how many, and how long that text was

    public Counters Work { get; } = new();

    public ReadOnlySpan<double> Distribution(int guess) => keepsDistributions ? _distributions[guess] : [];

    public int Guess(ReadOnlyMemory<int> text, Sampler sampler, Span<int> to)
    {
        _cache.Truncate(Known(text.Span));
        _cache.Settle();
        int count = Math.Min(to.Length, model.Context - text.Length);
        if (count <= 0) return 0;
        if (text.Length - _cache.Length > Arrears)
        {
            model.Forward(_cache, text.Slice(_cache.Length, Arrears), Work);    // a long prompt: the rest next time
            _count = 0;
            return 0;
        }

        Sampler guessing = sampler.Fork();
        ReadOnlyMemory<int> next = text[_cache.Length..];
        for (int i = 0; i < count; i++)
        {
            to[i] = _one[0] = guessing.Choose(model.Read(_cache, next, Work), text.Length + i).Id;
            if (keepsDistributions) guessing.Distribution(_distributions[i] ??= new double[model.Vocabulary]);
            guessing.Accept(to[i]);
            next = _one;
        }
        Remember(text.Length, to[..count]);
        return count;
    }

    public void Dispose() => _cache.Dispose();

    /// <summary>Positions of the cache that still hold: the text's of then, and as many guesses as became text.</summary>
    private int Known(ReadOnlySpan<int> text)
    {
        int known = _length;
        while (known < text.Length && known - _length < _count && _guessed[known - _length] == text[known]) known++;
        return _count == 0 ? _cache.Length : Math.Min(known, text.Length - 1); // of the last token the scores are wanted, so it is read again
    }

    private void Remember(int length, ReadOnlySpan<int> guesses)
    {
        if (_guessed.Length < guesses.Length) _guessed = new int[guesses.Length];
        guesses.CopyTo(_guessed);
        (_length, _count) = (length, guesses.Length);
    }
}
