using System.Runtime.InteropServices;
using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>Logits to one token: the stages of a chain over the whole vocabulary, then a draw.</summary>
/// <remarks>
/// Belongs to one run; not thread-safe. A choice allocates nothing. Its state (the text so far, mirostat's mu) is moved by accepted tokens only.
/// </remarks>
internal sealed unsafe partial class Sampler
{
    private readonly SamplerStep[] _steps;
    private readonly bool _greedy;
    private readonly ulong _seed;
    private readonly bool _isPlain;                          // the likeliest of the raw row is all that is asked for
    private readonly List<int>? _text;                       // prompt and accepted tokens; null if no stage looks back
    private readonly bool _explains;                         // because it was asked to
    private readonly CandidateWatch? _watch;                 // or because it is traced: then why is told too
    private (int Id, double Surprise)? _drawn;               // by the last choice, until a token is accepted

    /// <exception cref="SamplingException">An option is out of its range, does nothing, or contradicts another.</exception>
    /// <param name="buffers">Shared with the samplers that choose in turns with this one.</param>
    /// <param name="explain">Whether each choice tells why.</param>
    /// <param name="watch">What else each choice tells, which then tells why; null for nothing.</param>
    internal Sampler(
        SamplerOptions options, ulong seed, SamplerText text, SamplingBuffers buffers, bool explain = false, CandidateWatch? watch = null)
        : this(Chain.Of(options, text), options.Temperature == 0, seed, buffers, explain, watch) { }

    /// <param name="steps">The chain, in order.</param>
    /// <param name="greedy">Whether the chain ends with the likeliest candidate instead of a draw.</param>
    /// <param name="seed">The key of all randomness.</param>
    /// <param name="buffers">Shared with the samplers that choose in turns with this one.</param>
    /// <param name="explain">Whether each choice tells why.</param>
    /// <param name="watch">What else each choice tells, which then tells why; null for nothing.</param>
    internal Sampler(SamplerStep[] steps, bool greedy, ulong seed, SamplingBuffers buffers, bool explain = false, CandidateWatch? watch = null)
    {
        _steps = steps;
        _greedy = greedy;
        _seed = seed;
        Buffers = buffers;
        (_explains, _watch) = (explain, watch);
        _isPlain = greedy && steps.Length == 0 && !explain && watch is null;
        if (Array.Exists(steps, step => step.LooksBack)) _text = [];
    }

    private Sampler(Sampler other, ulong seed)
    {
        _steps = Array.ConvertAll(other._steps, step => step.Fork());
        (_greedy, _seed, _drawn) = (other._greedy, seed, other._drawn);
        (Buffers, _isPlain, _explains, _watch) = (other.Buffers, other._isPlain, other._explains, other._watch);
        if (other._text is not null) _text = [.. other._text];
    }

    /// <summary>The chain's steps, in order.</summary>
    internal IEnumerable<string> Steps => _steps.Select(step => step.Name);

    /// <summary>What the next choice takes, and what is asked about it afterwards: another worker has others.</summary>
    internal SamplingBuffers Buffers { get; set; }

    /// <summary>A sampler in the same state that goes its own way from here on; the two choose in turns.</summary>
    /// <param name="seed">Its key; null for the same.</param>
    internal Sampler Fork(ulong? seed = null) => new(this, seed ?? _seed);

    /// <summary>Chooses the token at <paramref name="position"/>; the same one for the same logits and text, whatever was drawn before.</summary>
    /// <param name="logits">[vocabulary], the model's own row; it is not changed.</param>
    /// <param name="position">Of the token being chosen.</param>
    /// <exception cref="SamplingException">No token can be chosen: a logit is NaN or positive infinity, or all are negative infinity.</exception>
    internal Choice Choose(ReadOnlySpan<float> logits, long position)
    {
        if (logits.Length != Buffers.VocabularySize) SamplingException.ThrowLength(Buffers.VocabularySize, logits.Length);
        Explainer? explainer = _explains || _watch is not null ? Buffers.Explainer : null;
        LogSumExp logSumExp = explainer is null ? LogSumExp.Of(logits) : explainer.Begin(logits);
        if (!logSumExp.IsFinite) SamplingException.ThrowLogits(logits, position);

        if (_isPlain)
        {
            int likeliest = Softmax.IndexOfMax(logits);
            return new Choice(likeliest, logSumExp.Logprob(logits[likeliest]), logSumExp);
        }

        Candidates candidates = Buffers.Candidates;
        fixed (float* row = logits)
        {
            candidates.Lend(row, _text, logSumExp.Max);
            try
            {
                return Choose(candidates, explainer, logits, logSumExp, position);
            }
            finally
            {
                candidates.Return();
            }
        }
    }

    private Choice Choose(Candidates candidates, Explainer? explainer, ReadOnlySpan<float> logits, LogSumExp logSumExp, long position)
    {
        RunChain(candidates, explainer, position);
        if (_greedy && explainer is null)
        {
            int best = candidates.Likeliest();
            if (float.IsNegativeInfinity(candidates[best])) SamplingException.ThrowNothingLeft();
            return new Choice(best, logSumExp.Logprob(logits[best]), logSumExp);
        }

        Drawn drawn = _greedy ? Draw.Likeliest(candidates) : Draw.Pick(candidates, new Chance(_seed, position, Step: 0));
        int id = drawn.Interval.Id;
        _drawn = (id, Elementary.Log2((double)drawn.Total / (drawn.Interval.To - drawn.Interval.From)));
        if (explainer is null) return new Choice(id, logSumExp.Logprob(logits[id]), logSumExp);
        (Explanation why, WatchedCandidates? watched) = explainer.Explain(logits, candidates, drawn, _steps, _greedy, _explains, _watch);
        return new Choice(id, logSumExp.Logprob(logits[id]), logSumExp, why, watched);
    }

    /// <summary>Tells the stages that a token, of the prompt or chosen, is now part of the text.</summary>
    internal void Accept(int id)
    {
        _text?.Add(id);
        foreach (SamplerStep step in _steps) step.Accept(id, CollectionsMarshal.AsSpan(_text));
        if (_drawn is (int drawn, double surprise) && drawn == id)
        {
            foreach (SamplerStep step in _steps) step.Learn(surprise);
        }
        _drawn = null;
    }

    private void RunChain(Candidates candidates, Explainer? explainer, long position)
    {
        for (int i = 0; i < _steps.Length; i++)
        {
            candidates.Run(_steps[i], new Chance(_seed, position, i + 1));
            explainer?.Note(_steps[i], candidates);
        }
    }
}
