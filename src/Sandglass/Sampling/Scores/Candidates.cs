using System.Runtime.InteropServices;
using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>What is left of the vocabulary while a token is chosen: the ids that no stage has removed, and every token's logit as the stages left it.</summary>
/// <remarks>
/// While most of the vocabulary is left it is kept whole (<see cref="IsWhole"/>): lanes go over the row of logits, in which a removed id stands as one that the
/// model forbids. When few are left there is a list of them. Stages that read <see cref="Ids"/> need not know: the list is made where they ask for it.
/// </remarks>
internal sealed unsafe partial class Candidates(int vocabularySize)
{
    private const int FewShare = 16;                                     // of the vocabulary: when this part of it is left, a list is faster

    private readonly float[] _logits = new float[vocabularySize];        // [id], unless a row is lent
    private float* _lent;                                                // [id], the caller's row, while no logit is changed; null for none
    private bool _isLent;                                                // the same, also between the calls that lend it
    private readonly byte[] _removedBy = new byte[vocabularySize];       // [id], 0 = still there
    private readonly int[] _ids = new int[vocabularySize];               // ascending, the first _count where _isListed
    private int _count;
    private bool _isListed;
    private int _left;                                                   // of the whole row, listed by the running stage's floor; 0 where none was
    private bool _hasMarks;                                              // in _removedBy
    private byte _step;
    private int _removed;                                                // by the running stage
    private SamplerStep? _running;                                       // null between stages; one that threw stays here until the next choice
    private float? _max;                                                 // null where it is not known
    private bool _keepsBest;                                             // the running stage removes all from one candidate on, likeliest first
    private bool _isStale;                                               // the row still has the logits of what such a stage removed
    private WeightSums? _sums;                                           // of the weights; null where they are not known
    private ulong[] _keys = [];
    private int[]? _counts, _found;
    private List<int>? _text;

    /// <summary>The ids that were left when the stage began, ascending.</summary>
    internal ReadOnlySpan<int> Ids
    {
        get
        {
            if (!_isListed) List();
            return _ids.AsSpan(0, _count);
        }
    }

    internal int Count => _count;

    /// <summary>Whether the row of logits stands for the candidates: removed ids have negative infinity in it.</summary>
    internal bool IsWhole { get; private set; }

    /// <summary>One more than the largest id.</summary>
    internal int VocabularySize => _ids.Length;

    /// <summary>A candidate's logit, as the stages so far left it.</summary>
    internal float this[int id] => Row[id];

    /// <summary>The tokens before the one that is being chosen, the prompt's too; empty if no stage looks back.</summary>
    internal ReadOnlySpan<int> Text => CollectionsMarshal.AsSpan(_text);

    /// <summary>The last tokens of <see cref="Text"/>: this many, or all.</summary>
    internal ReadOnlySpan<int> LastTokens(int? window) => window < Text.Length ? Text[^window.Value..] : Text;

    /// <summary>A counter for each id, 0 before and after each stage: a stage that counts clears what it counted.</summary>
    internal Span<int> Counts => _counts ??= new int[_ids.Length];

    /// <summary>Room for keys, for a stage that orders some of the candidates. The next call may give the same room.</summary>
    internal Span<ulong> Keys(int count)
    {
        if (_keys.Length < count) _keys = new ulong[Math.Min(Math.Max(2 * _keys.Length, Math.Max(count, 1024)), Math.Max(count, VocabularySize))];
        return _keys.AsSpan(0, count);
    }

    /// <summary>
    /// Sets a token's logit to the nearest F32, not beyond the largest: infinity has no difference to another. What the model forbids stays so.
    /// </summary>
    /// <exception cref="SamplingException">It is not a number: such a logit compares with nothing, so any token could win.</exception>
    internal void Change(int id, double logit)
    {
        if (double.IsNaN(logit)) SamplingException.ThrowNotANumber(_running?.Name ?? "", id);
        if (_isStale) Forbid();
        float old = Row[id];
        if (float.IsNegativeInfinity(old)) return;
        float changed = (float)Math.Clamp(logit, float.MinValue, float.MaxValue);
        Own()[id] = changed;
        _sums = null;
        if (changed > _max) _max = _removedBy[id] == 0 ? changed + 0f : _max;    // + 0: see Softmax.Max
        else if (old >= _max) _max = null;
    }

    /// <summary>Removes a token unless it is gone already; it leaves <see cref="Ids"/> when the stage ends.</summary>
    internal void Remove(int id)
    {
        if (_removedBy[id] != 0) return;
        _removedBy[id] = _step;
        _removed++;
        _sums = null;
        if (Row[id] >= _max) _max = null;
    }

    /// <summary>The number of the stage that removed a token, from 1; 0 if none did. An explanation tells the chain's history from these.</summary>
    internal int RemovedBy(int id) => _removedBy[id];

    /// <summary>The whole vocabulary with a model's logits, after a text.</summary>
    internal void Reset(ReadOnlySpan<float> logits, List<int>? text = null)
    {
        logits.CopyTo(_logits);
        _isLent = false;
        Begin(text, max: null);
    }

    /// <summary>The same, over the caller's own row: it is copied where a stage changes a logit, and not touched after <see cref="Return"/>.</summary>
    /// <param name="row">[vocabulary]</param>
    /// <param name="max">The largest logit.</param>
    internal void Lend(float* row, List<int>? text, float max)
    {
        _isLent = true;
        _lent = row;
        Begin(text, max);
    }

    /// <summary>The row that was lent may be asked about once more; it is no other one.</summary>
    internal void LendAgain(float* row) => _lent = _isLent ? row : null;

    /// <summary>The caller has its row back.</summary>
    internal void Return() => _lent = null;

    private void Begin(List<int>? text, float? max)
    {
        if (_running is not null) _counts?.AsSpan().Clear();            // a stage threw while it counted, and the next text must not notice
        if (_hasMarks) Array.Clear(_removedBy);
        (_running, _text, _max, _sums) = (null, text, max, null);
        (_count, _removed, _left, _isListed, _hasMarks, _isStale, IsWhole) = (_ids.Length, 0, 0, false, false, false, true);
    }

    /// <summary>
    /// Runs a stage; what it removes is recorded under its number, <c>chance.Step</c>, from 1. A stage that would leave nothing removes nothing.
    /// </summary>
    /// <exception cref="SamplingException">It would, and what it removes must never be chosen.</exception>
    internal void Run(SamplerStep step, Chance chance)
    {
        _step = checked((byte)chance.Step);
        _running = step;
        (_removed, _left, _keepsBest) = (0, 0, false);
        _hasMarks = true;                                    // also where the stage throws
        step.Apply(this, chance);
        _running = null;
        if (_removed == 0) return;
        if (_removed < _count) Settle();
        else if (!step.IsStrict) Restore();
        else SamplingException.ThrowMix(nameof(SamplerOptions.Samplers), $"steps before {step.Name} that leave an id which may be chosen", "none left");
    }

    private ReadOnlySpan<float> Row => _lent == null ? _logits : new ReadOnlySpan<float>(_lent, _logits.Length);

    /// <summary>The row, to be changed.</summary>
    private float[] Own()
    {
        if (!_isLent) return _logits;
        Row.CopyTo(_logits);
        _isLent = false;
        _lent = null;
        return _logits;
    }

    /// <summary>The candidates become fewer by those that the stage removed.</summary>
    private void Settle()
    {
        _count -= _removed;
        if (!IsWhole) Compact();
        else if (_count <= VocabularySize / FewShare)
        {
            List();
            (IsWhole, _isStale) = (false, false);
        }
        else
        {
            (_isListed, _isStale) = (false, true);
            if (!_keepsBest) Forbid();
        }
    }

    /// <summary>Takes the removed out of the list.</summary>
    private void Compact()
    {
        int left = 0;
        for (int i = 0; left < _count; i++)
        {
            int id = _ids[i];
            _ids[left] = id;
            left += _removedBy[id] == 0 ? 1 : 0;
        }
    }

    /// <summary>Lists the candidates of the whole row: out of what a floor left, where there was one.</summary>
    private void List()
    {
        if (_left > 0) Compact();
        else RowScan.Unmarked(_removedBy, _ids);
        _isListed = true;
    }

    /// <summary>
    /// In the whole row the removed ones stand as forbidden from here on. Where they are the least likely ones, a draw comes to all others first, and need not
    /// know: then this waits until somebody goes over the row.
    /// </summary>
    private void Forbid()
    {
        _isStale = false;
        RowScan.Forbid(Row, _removedBy, _logits);
        _isLent = false;
        _lent = null;
    }

    /// <summary>Puts back what the stage removed.</summary>
    private void Restore()
    {
        foreach (ref byte step in _removedBy.AsSpan()) step = step == _step ? (byte)0 : step;
        (_max, _sums) = (null, null);
    }
}
