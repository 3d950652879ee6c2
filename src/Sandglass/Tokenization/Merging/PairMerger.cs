namespace Sandglass.Tokenization;

/// <summary>Byte-pair merging of one word: repeatedly merges the pair of neighbours with the lowest order, the leftmost of equal ones first.</summary>
/// <remarks>
/// A short word is searched again for each merge, which is fastest. A longer one has a heap of places, and one of more than a few thousand symbols a list of
/// places for each order.
/// </remarks>
/// <param name="few">Symbols for which a heap is faster than lists.</param>
internal sealed class PairMerger(int few = 1 << 12)
{
    private const int ShortWord = 48;
    private const uint Never = uint.MaxValue;
    private const int Look = 1 << 14;       // steps between two looks at the cancellation

    private readonly PlaceLists _places = new(few);
    private readonly int[] _merged = new int[ShortWord];
    private Symbol[] _symbols = new Symbol[ShortWord];
    private uint[] _orders = new uint[ShortWord];       // in which a symbol merges with the one after it, or Never

    /// <summary>Ends the merging of a long word with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>Symbols that there is room for, in the word or in lists of places.</summary>
    public int Size => Math.Max(_symbols.Length, _places.Size);

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
        Span<uint> orders = _orders;
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
        if (_orders.Length < symbols.Length) _orders = new uint[_symbols.Length];
        Span<uint> orders = _orders;
        _places.Begin(symbols.Length);
        for (int i = 0; i < symbols.Length; i++) Offer(symbols, orders, i, rule);

        int steps = 0;
        while (_places.TryTake(out uint order, out int at))
        {
            if (++steps % Look == 0) Cancellation.ThrowIfCancellationRequested();       // whoever ends here must throw the rest of the places away
            ref Symbol left = ref symbols[at];
            if (orders[at] != order) continue;      // stale: it has grown since, or its neighbour has, or it went into the one before it
            int next = left.Next;
            ref Symbol right = ref symbols[next];
            rule.MayMerge(left, right, out _, out int merged);

            left.Length += right.Length;
            (left.Id, left.Next) = (merged, right.Next);
            (right.Length, orders[next]) = (0, Never);
            if (left.Next >= 0) symbols[left.Next].Previous = at;
            if (left.Previous >= 0) Offer(symbols, orders, left.Previous, rule);
            Offer(symbols, orders, at, rule);
        }
        return Compact(symbols);
    }

    private void Offer<TRule>(Span<Symbol> symbols, Span<uint> orders, int at, TRule rule) where TRule : IMergeRule, allows ref struct
    {
        ref Symbol left = ref symbols[at];
        orders[at] = Never;
        if (left.Next < 0 || !rule.MayMerge(left, symbols[left.Next], out uint order, out _)) return;
        orders[at] = order;
        _places.Add(order, at);
    }

    private static int Compact(Span<Symbol> symbols)
    {
        int count = 0;
        foreach (Symbol symbol in symbols)
            if (symbol.Length > 0) symbols[count++] = symbol;
        return count;
    }
}
