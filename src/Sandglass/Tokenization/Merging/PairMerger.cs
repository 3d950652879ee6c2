namespace Sandglass.Tokenization;

/// <summary>Byte-pair merging of one word: repeatedly merges the pair of neighbours with the lowest order, the leftmost of equal ones first.</summary>
/// <remarks>
/// A short word is searched again for each merge, which is fastest. A long one has a queue, so that a megabyte without a space takes n log n.
/// </remarks>
internal sealed class PairMerger
{
    private const int ShortWord = 48;
    private const int Look = 1 << 14;       // steps between two looks at the cancellation

    private readonly PlaceQueue _queue = new();
    private readonly uint[] _orders = new uint[ShortWord];
    private readonly int[] _merged = new int[ShortWord];
    private Symbol[] _symbols = new Symbol[ShortWord];

    /// <summary>Ends the merging of a long word with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>Symbols that there is room for, in the word or in its queue.</summary>
    public int Size => Math.Max(_symbols.Length, _queue.Size);

    /// <summary>Room for the symbols of a word of at most <paramref name="count"/>; the caller sets place, length and id of each.</summary>
    public Span<Symbol> Room(int count)
    {
        if (_symbols.Length < count) _symbols = new Symbol[Math.Max(count, Math.Min(2L * _symbols.Length, Array.MaxLength))];
        return _symbols.AsSpan(0, count);
    }

    /// <summary>Merges the first <paramref name="count"/> symbols and returns the remaining ones.</summary>
    public ReadOnlySpan<Symbol> Merge<TRule>(int count, TRule rule) where TRule : IMergeRule, allows ref struct =>
        _symbols.AsSpan(0, count <= ShortWord ? MergeShort(_symbols.AsSpan(0, count), rule) : MergeLong(_symbols.AsSpan(0, count), rule));

    private int MergeShort<TRule>(Span<Symbol> symbols, TRule rule) where TRule : IMergeRule, allows ref struct
    {
        const uint Never = uint.MaxValue;
        Span<uint> orders = _orders;        // of the pair that begins at this index
        Span<int> merged = _merged;
        int count = symbols.Length;
        for (int i = 0; i + 1 < count; i++)
            if (!rule.MayMerge(symbols[i], symbols[i + 1], out orders[i], out merged[i])) orders[i] = Never;

        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < count; i++)
                if (orders[i] < orders[best]) best = i;
            if (orders[best] == Never) break;

            symbols[best].Length += symbols[best + 1].Length;
            symbols[best].Id = merged[best];
            int behind = best + 2;
            symbols[behind..count].CopyTo(symbols[(best + 1)..]);
            orders[behind..count].CopyTo(orders[(best + 1)..]);
            merged[behind..count].CopyTo(merged[(best + 1)..]);
            count--;

            if (best > 0 && !rule.MayMerge(symbols[best - 1], symbols[best], out orders[best - 1], out merged[best - 1])) orders[best - 1] = Never;
            if (best + 1 < count && !rule.MayMerge(symbols[best], symbols[best + 1], out orders[best], out merged[best])) orders[best] = Never;
        }
        return count;
    }

    private int MergeLong<TRule>(Span<Symbol> symbols, TRule rule) where TRule : IMergeRule, allows ref struct
    {
        for (int i = 0; i < symbols.Length; i++)
        {
            symbols[i].Previous = i - 1;
            symbols[i].Next = i + 1 < symbols.Length ? i + 1 : -1;
        }
        _queue.Reserve(symbols.Length);
        for (int i = 0; i + 1 < symbols.Length; i++) Offer(symbols, i, rule);

        int steps = 0;
        while (_queue.TryTake(out uint order, out int at))
        {
            if (++steps % Look == 0) Cancellation.ThrowIfCancellationRequested();       // whoever ends here must throw the rest of the queue away
            ref Symbol left = ref symbols[at];
            if (left.Length == 0 || left.Next < 0) continue;
            ref Symbol right = ref symbols[left.Next];
            if (!rule.MayMerge(left, right, out uint now, out int merged) || now != order) continue;     // stale: one of them has grown since

            left.Length += right.Length;
            left.Id = merged;
            left.Next = right.Next;
            right.Length = 0;
            if (left.Next >= 0) symbols[left.Next].Previous = at;
            if (left.Previous >= 0) Offer(symbols, left.Previous, rule);
            Offer(symbols, at, rule);
        }
        return Compact(symbols);
    }

    private void Offer<TRule>(Span<Symbol> symbols, int left, TRule rule) where TRule : IMergeRule, allows ref struct
    {
        int right = symbols[left].Next;
        if (right >= 0 && rule.MayMerge(symbols[left], symbols[right], out uint order, out _))
            _queue.Add(order, left);
    }

    private static int Compact(Span<Symbol> symbols)
    {
        int count = 0;
        foreach (Symbol symbol in symbols)
            if (symbol.Length > 0) symbols[count++] = symbol;
        return count;
    }
}
