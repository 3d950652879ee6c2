namespace Sandglass.KvCache;

/// <summary>One budget of memory for the caches of several models: what one of them does not use, another may.</summary>
/// <remarks>
/// Each model that is loaded with it brings what it may take by itself (<see cref="Generation.ModelOptions.CacheMemory"/>,
/// <see cref="Generation.ModelOptions.CacheShare"/>). Of that it keeps a floor: as much as the largest request that it takes can need. The floor is never lent,
/// so each model can always go on. The rest is common: it goes to who needs it first. What a model has of it and no text holds it gives back when another asks,
/// cached beginnings of prompts too; of running texts nothing is taken for another model. A model that is disposed of takes with it what it brought.
/// </remarks>
/// <example>
/// <code>
/// ModelOptions options = new() { CacheMemory = 4_000_000_000, CacheShare = 0.5, SharedCache = new SharedCache() };
/// using LanguageModel one = LanguageModel.Load("one.gguf", options), other = LanguageModel.Load("other.gguf", options);
/// </code>
/// </example>
public sealed class SharedCache
{
    private readonly Lock _lock = new();
    private readonly List<CachePart> _parts = [];
    private long _bytes, _free;     // of all; of the common part, below 0 where a model has left and others still have what it brought
    private long _lastPlace;
    private volatile bool _isAsked;

    /// <summary>Bytes that all models have brought.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether some model waits for memory, or some has to give back what one that left had brought.</summary>
    internal bool IsAsked => _isAsked;

    /// <summary>A model joins.</summary>
    internal void Join(CachePart part)
    {
        lock (_lock)
        {
            _parts.Add(part);
            _bytes += part.Brought;
            _free += part.Brought - part.Floor;
            HasChanged();
            WakeAll(part);
        }
    }

    /// <summary>A model leaves, with what it brought.</summary>
    internal void Leave(CachePart part)
    {
        lock (_lock)
        {
            if (!_parts.Remove(part)) return;
            _bytes -= part.Brought;
            _free += part.Lent - (part.Brought - part.Floor);
            (part.Lent, part.Wanted) = (0, 0);
            HasChanged();
            WakeAll(part);
        }
    }

    /// <summary>Takes bytes of the common part; false where they are not there.</summary>
    /// <param name="part">Whose.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="isUrgent">For a text that runs; else who has waited longer comes first.</param>
    internal bool TryTake(CachePart part, long bytes, bool isUrgent)
    {
        lock (_lock)
        {
            if (bytes > _free - (isUrgent ? 0 : WantedBefore(part))) return false;
            _free -= bytes;
            part.Lent += bytes;
            if (!isUrgent && part.Wanted > 0) part.Place = ++_lastPlace;    // it has had its turn
            return true;
        }
    }

    /// <summary>Gives back bytes of the common part; who waits for some is woken.</summary>
    internal void Give(CachePart part, long bytes)
    {
        lock (_lock)
        {
            part.Lent -= bytes;
            _free += bytes;
            HasChanged();
            foreach (CachePart other in _parts)
                if (other != part && other.Wanted > 0) other.Wake();
            NoteAsked();
        }
    }

    /// <summary>Says how many bytes of the common part a model waits for; those that may have some are woken.</summary>
    internal void Want(CachePart part, long bytes)
    {
        lock (_lock)
        {
            bool isNew = !part.IsTold || bytes > part.Wanted;       // else they know, and gave what they could
            if (part.Wanted == 0) part.Place = ++_lastPlace;
            part.Wanted = bytes;
            part.IsTold = bytes > _free;
            if (isNew && part.IsTold) WakeAll(part);
            else NoteAsked();
        }
    }

    /// <summary>Bytes that those wait for who come before a model, and that are not there.</summary>
    internal long Owed(CachePart part)
    {
        lock (_lock) return Math.Max(0, WantedBefore(part) - _free);
    }

    /// <summary>Bytes that a model could have if no other had any of the common part.</summary>
    internal long Most(CachePart part)
    {
        lock (_lock) return _bytes - _parts.Sum(other => other == part ? 0 : other.Floor);
    }

    /// <summary>Bytes that a model could have now: all but the others' floors, and what their texts hold beyond.</summary>
    internal long Reachable(CachePart part)
    {
        lock (_lock) return Math.Max(part.Floor, _bytes - _parts.Sum(other => other == part ? 0 : Math.Max(other.Floor, other.Held())));
    }

    private long WantedBefore(CachePart part)
    {
        long bytes = 0;
        foreach (CachePart other in _parts)
            if (other != part && (part.Wanted == 0 || other.Place < part.Place)) bytes += other.Wanted;
        return bytes;
    }

    /// <summary>Some came, or went: who still lacks some after that tells the others again, for what was there may have been taken meanwhile.</summary>
    private void HasChanged()
    {
        foreach (CachePart part in _parts) part.IsTold = false;
    }

    private void WakeAll(CachePart but)
    {
        NoteAsked();
        foreach (CachePart other in _parts)
            if (other != but) other.Wake();
    }

    private void NoteAsked() => _isAsked = _free < 0 || _parts.Exists(static part => part.Wanted > 0);
}
