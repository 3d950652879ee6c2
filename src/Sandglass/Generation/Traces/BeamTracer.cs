using Sandglass.KvCache;
using Sandglass.Tracing;
using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>The trace of a beam search: the pieces of its prompt, then a step for each of the search's, however many passes it took.</summary>
/// <param name="times">Of the search.</param>
/// <param name="work">What is done for all beams.</param>
/// <param name="output">Where the steps go.</param>
/// <param name="layers">Of the model.</param>
internal sealed class BeamTracer(GenerationTimes times, Counters work, GenerationOutput output, int layers) : SequenceTracer(work, output)
{
    private readonly List<TraceBeam> _weighed = [];
    private (Beam[] Running, int First)[] _before = [];     // [group]: its beams, and the number of the first
    private bool _isOpen, _isDecided, _hasBegun;
    private int _pass, _adopted, _known, _from, _to, _length;
    private long _recomputed;
    private TimeSpan _elapsed;
    private (TimeSpan Elapsed, int Positions, long Bytes, string Pages) _read, _held;

    /// <summary>The prompt begins with pages of another text.</summary>
    public void Adopted(int positions) => _adopted = positions;

    public override WatchedAttention? Enter(Sequence sequence, int from, int tokens, bool reads)
    {
        if (!_isOpen) (_isOpen, _isDecided, _recomputed) = (true, false, 0);
        (_from, _to) = (from, from + tokens);
        int known = _hasBegun ? sequence.Length - 1 : _known;
        _recomputed += (long)layers * Math.Max(0, Math.Min(_to, known) - from);
        return null;
    }

    public override void Read(Sequence sequence)
    {
        if (!_hasBegun) _read = Held(times.Elapsed, [sequence.Cache]);
    }

    /// <summary>A step of the search is about to be decided.</summary>
    public void Weigh(IReadOnlyList<BeamGroup> groups)
    {
        int first = 0;
        _before = new (Beam[], int)[groups.Count];
        for (int i = 0; i < groups.Count; i++)
        {
            _before[i] = ([.. groups[i].Running], first);
            first += groups[i].Running.Count;
        }
        _weighed.Clear();
    }

    /// <summary>A group has decided.</summary>
    /// <param name="number">Of the group.</param>
    /// <param name="candidates">What it weighed, best first.</param>
    /// <param name="running">Beams of the groups before it that go on.</param>
    public void Decided(BeamGroup group, int number, ReadOnlySpan<BeamCandidate> candidates, int running)
    {
        (Beam[] parents, int first) = _before[number];
        foreach (BeamCandidate candidate in candidates)
        {
            BeamToken? before = parents[candidate.Beam].Last;
            int parent = before is null ? -1 : first + candidate.Beam, beam = -1;
            for (int i = 0; i < group.Running.Count; i++)
            {
                if (group.Running[i].From == candidate.Beam && group.Running[i].Last!.Id == candidate.Id) beam = running + i;
            }
            BeamHypothesis? end = group.Finished.FirstOrDefault(text => text.Last.Id == candidate.Id && text.Last.Before == before
                && text.Last.Length == (before?.Length ?? 0) + 1);
            BeamFate fate = beam >= 0 ? BeamFate.Kept : end is null ? BeamFate.Dropped : BeamFate.Finished;
            _weighed.Add(new TraceBeam(parent, candidate.Id, candidate.Logprob, end?.Score ?? candidate.Score, fate, beam));
        }
    }

    /// <summary>All groups have, and the caches are as they will be.</summary>
    public void Decided(IReadOnlyList<BeamSequence> live)
    {
        (_isDecided, _length, _elapsed) = (true, _length + 1, times.Elapsed);
        _held = Held(_elapsed, [.. live.Select(sequence => sequence.Cache)]);
    }

    public override void Passed(in TracedPass pass)
    {
        if (!_isOpen) return;       // told for another of its beams
        _isOpen = false;
        _pass++;
        Add(pass, _recomputed);
        TraceCost? cost = null;
        if (!_hasBegun)
        {
            cost = TakeCost();
            TraceCache cache = TakeCache(_read.Positions, _read.Bytes, _read.Pages);
            Emit(new PrefillStep { Elapsed = _read.Elapsed, Pass = _pass, From = _from, To = _to, Adopted = _adopted, Cache = cache, Cost = cost });
            (_adopted, _known, _hasBegun) = (0, _to, _isDecided);
        }
        if (!_isDecided) return;
        Emit(new BeamStep
        {
            Elapsed = _elapsed,
            Length = _length,
            Beams = [.. _weighed],
            Cache = TakeCache(_held.Positions, _held.Bytes, _held.Pages),
            Cost = cost is null ? TakeCost() : null,
        });
    }

    private static (TimeSpan, int, long, string) Held(TimeSpan elapsed, SequenceCache[] caches) =>
        (elapsed, caches.Length == 0 ? 0 : caches.Max(cache => cache.Length), SequenceCache.BytesOf(caches), SequenceCache.LettersOf(caches));
}
