using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>Logits to one token: the steps of a chain over the whole vocabulary, then a draw.</summary>
/// <remarks>One run's own; not thread-safe. All buffers are made here, a choice allocates nothing.</remarks>
internal sealed class Sampler
{
    private readonly SamplerStep[] _steps;
    private readonly bool _greedy;
    private readonly ulong _seed;
    private readonly int _vocabularySize;
    private readonly Candidates? _candidates;                // null where the likeliest of the raw row is all that is asked for

    /// <exception cref="SamplingException">An option is out of its range.</exception>
    internal Sampler(SamplerOptions options, ulong seed, int vocabularySize, IReadOnlyCollection<int>? banned = null)
        : this(Chain.Of(options, banned), options.Temperature == 0, seed, vocabularySize) { }

    /// <param name="steps">The chain, in order.</param>
    /// <param name="greedy">Whether the chain ends with the likeliest candidate instead of a draw.</param>
    /// <param name="seed">The key of all randomness.</param>
    /// <param name="vocabularySize">The length of every row of logits.</param>
    internal Sampler(SamplerStep[] steps, bool greedy, ulong seed, int vocabularySize)
    {
        _steps = steps;
        _greedy = greedy;
        _seed = seed;
        _vocabularySize = vocabularySize;
        if (!greedy || steps.Length > 0) _candidates = new Candidates(vocabularySize);
    }

    private Sampler(Sampler other, ulong seed)
        : this(other._steps, other._greedy, seed, other._vocabularySize)
    {
    }

    internal Sampler Fork(ulong? seed = null) => new(this, seed ?? _seed);

    /// <summary>Chooses the token at <paramref name="position"/>; the same one for the same logits, whatever was chosen before.</summary>
    /// <param name="logits">[vocabulary], the model's own row; it is not changed.</param>
    /// <param name="position">Of the token being chosen.</param>
    /// <exception cref="SamplingException">No token can be chosen: a logit is NaN or positive infinity, or all are negative infinity.</exception>
    internal Choice Choose(ReadOnlySpan<float> logits, long position)
    {
        if (logits.Length != _vocabularySize) SamplingException.ThrowLength(_vocabularySize, logits.Length);
        float logSumExp = Softmax.LogSumExp(logits);
        if (!float.IsFinite(logSumExp)) SamplingException.ThrowLogits(logits, position);

        int id = _candidates is null ? Softmax.IndexOfMax(logits) : RunChain(_candidates, logits, position);
        return new Choice(id, logits[id] - logSumExp, logSumExp);
    }

    /// <summary>Tells the steps that look back that a token is now part of the text.</summary>
    internal void Accept(int id)
    {
        foreach (SamplerStep step in _steps) step.Accept(id);
    }

    private int RunChain(Candidates candidates, ReadOnlySpan<float> logits, long position)
    {
        candidates.Reset(logits);
        for (int i = 0; i < _steps.Length; i++)
        {
            candidates.BeginStep(i + 1);
            _steps[i].Apply(candidates, new Chance(_seed, position, i + 1));
            candidates.EndStep();
        }
        return _greedy ? candidates.Likeliest() : Draw.Pick(candidates, new Chance(_seed, position, Step: 0)).Interval.Id;
    }
}
