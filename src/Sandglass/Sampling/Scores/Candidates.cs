using System.Runtime.InteropServices;
using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>What is left of the vocabulary while a token is chosen: the ids that no stage has removed, and every token's logit as the stages left it.</summary>
internal sealed class Candidates(int vocabularySize)
{
    private readonly float[] _logits = new float[vocabularySize];        // [id]
    private readonly byte[] _removedBy = new byte[vocabularySize];       // [id], 0 = still there
    private readonly int[] _ids = new int[vocabularySize];               // ascending, the first _count
    private readonly ulong[] _keys = new ulong[vocabularySize];
    private int _count;
    private byte _step;
    private SamplerStep? _running;                                       // null between stages; one that threw stays here until the next choice
    private int[]? _counts;
    private List<int>? _text;

    /// <summary>The ids that were left when the stage began, ascending.</summary>
    internal ReadOnlySpan<int> Ids => _ids.AsSpan(0, _count);

    internal int Count => _count;

    /// <summary>One more than the largest id.</summary>
    internal int VocabularySize => _ids.Length;

    /// <summary>A token's logit, as the stages so far left it.</summary>
    internal float this[int id] => _logits[id];

    /// <summary>The tokens before the one that is being chosen, the prompt's too; empty if no stage looks back.</summary>
    internal ReadOnlySpan<int> Text => CollectionsMarshal.AsSpan(_text);

    /// <summary>The last tokens of <see cref="Text"/>: this many, or all.</summary>
    internal ReadOnlySpan<int> LastTokens(int? window) => window < Text.Length ? Text[^window.Value..] : Text;

    /// <summary>A counter for each id, 0 before and after each stage: a stage that counts clears what it counted.</summary>
    internal Span<int> Counts => _counts ??= new int[_ids.Length];

    /// <summary>Room for one key per candidate, for a stage that orders all or some of them.</summary>
    internal Span<ulong> Keys => _keys.AsSpan(0, _count);

    /// <summary>
    /// Sets a token's logit to the nearest F32, not beyond the largest: infinity has no difference to another. What the model forbids stays so.
    /// </summary>
    /// <exception cref="SamplingException">It is not a number: such a logit compares with nothing, so any token could win.</exception>
    internal void Change(int id, double logit)
    {
        if (double.IsNaN(logit)) SamplingException.ThrowNotANumber(_running?.Name ?? "", id);
        if (!float.IsNegativeInfinity(_logits[id])) _logits[id] = (float)Math.Clamp(logit, float.MinValue, float.MaxValue);
    }

    /// <summary>Removes a token unless it is gone already; it leaves <see cref="Ids"/> when the stage ends.</summary>
    internal void Remove(int id)
    {
        if (_removedBy[id] == 0) _removedBy[id] = _step;
    }

    /// <summary>The number of the stage that removed a token, from 1; 0 if none did. An explanation tells the chain's history from these.</summary>
    internal int RemovedBy(int id) => _removedBy[id];

    /// <summary>The whole vocabulary with a model's logits, after a text.</summary>
    internal void Reset(ReadOnlySpan<float> logits, List<int>? text = null)
    {
        if (_running is not null) _counts?.AsSpan().Clear();            // a stage threw while it counted, and the next text must not notice
        _running = null;
        _text = text;
        logits.CopyTo(_logits);
        Array.Clear(_removedBy);
        _count = _ids.Length;
        for (int id = 0; id < _ids.Length; id++) _ids[id] = id;
    }

    /// <summary>
    /// Runs a stage; what it removes is recorded under its number, <c>chance.Step</c>, from 1. A stage that would leave nothing removes nothing.
    /// </summary>
    /// <exception cref="SamplingException">It would, and what it removes must never be chosen.</exception>
    internal void Run(SamplerStep step, Chance chance)
    {
        _step = checked((byte)chance.Step);
        _running = step;
        step.Apply(this, chance);
        _running = null;
        Compact();
        if (_count > 0) return;
        if (step.IsStrict)
            SamplingException.ThrowMix(nameof(SamplerOptions.Samplers), $"steps before {step.Name} that leave an id which may be chosen", "none left");
        Restore();
    }

    private void Compact()
    {
        int left = 0;
        for (int i = 0; i < _count; i++)
        {
            int id = _ids[i];
            _ids[left] = id;
            left += _removedBy[id] == 0 ? 1 : 0;
        }
        _count = left;
    }

    /// <summary>Puts back what the stage removed.</summary>
    private void Restore()
    {
        for (int id = 0; id < _removedBy.Length; id++)
        {
            if (_removedBy[id] != _step) continue;
            _removedBy[id] = 0;
            _ids[_count++] = id;
        }
    }

    internal float MaxLogit()
    {
        float max = float.NegativeInfinity;
        foreach (int id in Ids) max = _logits[id] > max ? _logits[id] : max;
        return max;
    }

    /// <summary>
    /// Z, the sum of e^d, and the sum of e^d d, with d = logit - <paramref name="max"/>: the mean depth is their ratio, the entropy ln Z less it. In double, in
    /// the order of ids.
    /// </summary>
    internal (double Z, double Weighted) DepthSums(float max)
    {
        double z = 0, weighted = 0;
        foreach (int id in Ids)
        {
            double depth = (double)_logits[id] - max;
            if (double.IsNegativeInfinity(depth)) continue;
            double e = Elementary.Exp(depth);
            z += e;
            weighted += e * depth;
        }
        return (z, weighted);
    }

    /// <summary>The likeliest candidate, the lowest id where several are equal.</summary>
    internal int Likeliest()
    {
        int best = _ids[0];
        foreach (int id in Ids) best = _logits[id] > _logits[best] ? id : best;
        return best;
    }

    /// <summary>Removes every candidate that comes after this one in <see cref="LikelihoodOrder"/>.</summary>
    internal void RemoveAfter(ulong last)
    {
        float floor = LikelihoodOrder.Logit(last);
        foreach (int id in Ids)
        {
            if (_logits[id] < floor || LikelihoodOrder.Key(_logits[id], id) > last) Remove(id);
        }
    }
}
