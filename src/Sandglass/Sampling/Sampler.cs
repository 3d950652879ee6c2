using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>Logits to one token: the steps of a chain over the whole vocabulary, then a draw.</summary>
/// <remarks>One run's own; not thread-safe. All buffers are made here, a choice allocates nothing. Its state (the text so far, mirostat's mu) is moved by accepted tokens only.</remarks>
internal sealed partial class Sampler
{
    private readonly SamplerStep[] _steps;
    private readonly bool _greedy;
    private readonly ulong _seed;
    private readonly int _vocabularySize;
    private readonly Candidates? _candidates;                // null where the likeliest of the raw row is all that is asked for
    private readonly List<int>? _text;                       // prompt and accepted tokens; null where no step looks back
    private readonly Explainer? _explainer;                  // null where nobody asks why
    private (int Id, double Surprise)? _drawn;               // by the last choice, until a token is accepted

    /// <exception cref="SamplingException">An option is out of its range, does nothing, or contradicts another.</exception>
    internal Sampler(SamplerOptions options, ulong seed, SamplerText text, bool explain = false)
        : this(Chain.Of(options, text), options.Temperature == 0, seed, text.VocabularySize, explain) { }

    /// <param name="steps">The chain, in order.</param>
    /// <param name="greedy">Whether the chain ends with the likeliest candidate instead of a draw.</param>
    /// <param name="seed">The key of all randomness.</param>
    /// <param name="vocabularySize">The length of every row of logits.</param>
    /// <param name="explain">Whether each choice tells why.</param>
    internal Sampler(SamplerStep[] steps, bool greedy, ulong seed, int vocabularySize, bool explain = false)
    {
        _steps = steps;
        _greedy = greedy;
        _seed = seed;
        _vocabularySize = vocabularySize;
        if (explain) _explainer = new Explainer(vocabularySize);
        if (!greedy || steps.Length > 0 || explain) _candidates = new Candidates(vocabularySize);
        if (Array.Exists(steps, step => step.LooksBack)) _text = [];
    }

    private Sampler(Sampler other, ulong seed)
    {
        _steps = Array.ConvertAll(other._steps, step => step.Fork());
        (_greedy, _seed, _vocabularySize, _drawn) = (other._greedy, seed, other._vocabularySize, other._drawn);
        (_candidates, _explainer) = (other._candidates, other._explainer);      // hold nothing between two choices
        if (other._text is not null) _text = [.. other._text];
    }

    /// <summary>A sampler in the same state that goes its own way from here on. The two share their buffers: they may choose in turns, not at once.</summary>
    /// <param name="seed">Its key; null for the same.</param>
    internal Sampler Fork(ulong? seed = null) => new(this, seed ?? _seed);

    /// <summary>Chooses the token at <paramref name="position"/>; the same one for the same logits and text, whatever was drawn before.</summary>
    /// <param name="logits">[vocabulary], the model's own row; it is not changed.</param>
    /// <param name="position">Of the token being chosen.</param>
    /// <exception cref="SamplingException">No token can be chosen: a logit is NaN or positive infinity, or all are negative infinity.</exception>
    internal Choice Choose(ReadOnlySpan<float> logits, long position)
    {
        if (logits.Length != _vocabularySize) SamplingException.ThrowLength(_vocabularySize, logits.Length);
        float logSumExp = Softmax.LogSumExp(logits);
        if (!float.IsFinite(logSumExp)) SamplingException.ThrowLogits(logits, position);

        if (_candidates is null)
        {
            int likeliest = Softmax.IndexOfMax(logits);
            return new Choice(likeliest, logits[likeliest] - logSumExp, logSumExp);
        }

        RunChain(_candidates, logits, position);
        if (_greedy && _explainer is null)
        {
            int best = _candidates.Likeliest();
            if (float.IsNegativeInfinity(_candidates[best])) SamplingException.ThrowNothingLeft();
            return new Choice(best, logits[best] - logSumExp, logSumExp);
        }

        Drawn drawn = _greedy ? Draw.Likeliest(_candidates) : Draw.Pick(_candidates, new Chance(_seed, position, Step: 0));
        int id = drawn.Interval.Id;
        _drawn = (id, Elementary.Log2((double)drawn.Total / (drawn.Interval.To - drawn.Interval.From)));
        return new Choice(id, logits[id] - logSumExp, logSumExp, _explainer?.Explain(logits, logSumExp, _candidates, drawn, _steps));
    }

    /// <summary>Tells the steps that a token is now part of the text, of the prompt or chosen.</summary>
    internal void Accept(int id)
    {
        _text?.Add(id);
        if (_drawn is (int drawn, double surprise) && drawn == id)
        {
            foreach (SamplerStep step in _steps) step.Learn(surprise);
        }
        _drawn = null;
    }

    private void RunChain(Candidates candidates, ReadOnlySpan<float> logits, long position)
    {
        candidates.Reset(logits, _text);
        _explainer?.Begin();
        for (int i = 0; i < _steps.Length; i++)
        {
            candidates.Run(_steps[i], new Chance(_seed, position, i + 1));
            _explainer?.Note(_steps[i], candidates);
        }
    }
}
