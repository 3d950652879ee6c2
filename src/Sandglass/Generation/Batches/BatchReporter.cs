using System.Runtime.CompilerServices;
using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>Tells those who watch an engine what each of its steps did. The engine's thread reports, any thread comes and goes.</summary>
/// <remarks>Where nobody watches it is asked once a step whether anybody does. Nothing of what it notes has a part in what is computed.</remarks>
/// <param name="pages">That texts hold.</param>
/// <param name="counts">Of what the engine does.</param>
/// <param name="time">The clock. Where it fails no time passes.</param>
internal sealed class BatchReporter(PagePool pages, EngineCounts counts, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ConditionalWeakTable<SequenceGroup, PlaceMark> _marks = [];    // weak: a group holds nothing for this, and this holds no group
    private readonly List<SequenceGroup> _groups = [];      // of this step, in order
    private readonly List<PlaceMark> _places = [];          // [group]: its mark
    private readonly LastSecond _written = new(), _read = new();
    private volatile BatchWatch[] _watches = [];
    private volatile bool _hasNewcomer, _isOver;
    private long _step, _texts, _number, _writtenBefore;
    private long? _start, _from;
    private int _running, _waiting, _told;      // in this step; places told in the last one

    /// <summary>Whether anybody is there to be told.</summary>
    public bool IsWatched => _watches.Length > 0;

    /// <summary>One more watches, from the next step on.</summary>
    public BatchWatch Watch()
    {
        BatchWatch watch = new(Leave);
        lock (_lock)
        {
            if (_isOver) watch.End();
            else _watches = [.. _watches, watch];
        }
        _hasNewcomer = true;
        return watch;
    }

    /// <summary>A step begins.</summary>
    public void Begin()
    {
        _from = Now();
        _start ??= _from;
    }

    /// <summary>It has been planned: who runs and who waits, and what each has in the batch.</summary>
    public void Planned(Scheduler scheduler, StepBatch batch)
    {
        _step++;
        Clear();
        _writtenBefore = counts.GeneratedTokens;
        (_running, _waiting) = (scheduler.Running.Length, scheduler.Waiting);
        foreach (SequenceGroup group in scheduler.Running)
            if (_groups.Count < BatchStep.MostPlaces) _groups.Add(group);
        scheduler.CopyWaiting(_groups, BatchStep.MostPlaces);
        foreach (SequenceGroup group in _groups)
        {
            PlaceMark mark = MarkOf(group);
            mark.Begin(_step, group, PlaceMark.Written(group));
            _places.Add(mark);
        }
        for (int i = 0; i < batch.Sequences.Length; i++)
        {
            Sequence sequence = batch.Sequences[i];
            if (!_marks.TryGetValue(sequence.Group, out PlaceMark? mark) || mark.Step != _step) continue;
            mark.Feed(batch.Batch.Segments[i].Tokens.Length, reads: sequence.Phase == SequencePhase.Prefilling);
        }
    }

    /// <summary>Its tokens have been chosen. The finished have not left yet.</summary>
    public void Delivered()
    {
        for (int i = 0; i < _groups.Count; i++) _places[i].End(_groups[i]);
    }

    /// <summary>It is over: the finished have left, and samples were forked.</summary>
    /// <param name="rows">Tokens that went through the model.</param>
    /// <param name="read">Those of them that were read.</param>
    public void End(Scheduler scheduler, int rows, int read)
    {
        foreach (SequenceGroup group in scheduler.Running)
        {
            if (_places.Count == BatchStep.MostPlaces) break;
            if (_marks.TryGetValue(group, out _)) continue;
            PlaceMark mark = MarkOf(group);
            mark.Forked(_step);
            mark.End(group);
            _places.Add(mark);
            _running++;
        }
        if (rows > 0 || _hasNewcomer || HasChanged()) Tell(rows, read);
        Clear();
    }

    /// <summary>The engine is gone.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            foreach (BatchWatch watch in _watches) watch.End();
            _watches = [];
        }
    }

    private void Leave(BatchWatch watch)
    {
        lock (_lock) _watches = [.. _watches.Where(one => one != watch)];
    }

    private PlaceMark MarkOf(SequenceGroup group)
    {
        if (_marks.TryGetValue(group, out PlaceMark? mark)) return mark;
        mark = new PlaceMark(++_texts);
        _marks.Add(group, mark);
        return mark;
    }

    /// <summary>Between two steps no text is kept alive.</summary>
    private void Clear()
    {
        _groups.Clear();
        _places.Clear();
    }

    private bool HasChanged()
    {
        if (_places.Count != _told) return true;
        foreach (PlaceMark mark in _places)
            if (mark.Told != mark.Phase || mark.Place.IsOver) return true;
        return false;
    }

    private void Tell(int rows, int read)
    {
        _hasNewcomer = false;
        (TimeSpan at, TimeSpan took) = Times();
        long written = counts.GeneratedTokens - _writtenBefore;
        _written.Add(at, took, written);
        _read.Add(at, took, read);
        BatchPlace[] places = new BatchPlace[_places.Count];
        int running = 0, gone = 0;
        for (int i = 0; i < places.Length; i++)
        {
            PlaceMark mark = _places[i];
            mark.Tell();
            places[i] = mark.Place;
            if (mark.Phase is not (PlacePhase.Waiting or PlacePhase.Preempted)) running++;
            if (mark.Place.IsOver) gone++;
        }
        _told = places.Length - gone;
        int layers = pages.Shape.Layers;
        BatchStep step = new()
        {
            Number = ++_number,
            At = at,
            Time = took,
            Rows = rows,
            Read = read,
            Written = written,
            WrittenInSecond = _written.At(at),
            ReadInSecond = _read.At(at),
            Places = places,
            MoreRunning = Math.Max(0, _running - running),
            MoreWaiting = Math.Max(0, _waiting - (places.Length - running)),
            Pages = pages.Reachable,
            HeldPages = pages.Held / layers,
            KeptPages = pages.Kept / layers,
        };
        foreach (BatchWatch watch in _watches) watch.Tell(step);
    }

    private (TimeSpan At, TimeSpan Took) Times()
    {
        if (_start is not long start || _from is not long from || Now() is not long now) return default;
        return (Since(start, now), Since(from, now));
    }

    private TimeSpan Since(long from, long now) =>
        now > from ? TimeSpan.FromSeconds((now - from) / (double)time.TimestampFrequency) : TimeSpan.Zero;

    private long? Now()
    {
        try
        {
            return time.GetTimestamp();
        }
        catch (Exception)
        {
            return null;
        }
    }
}
