namespace Sandglass.Sampling;

/// <summary>A binary heap over keys, the smallest at index 0: enough to keep the best few of many.</summary>
internal static class MinHeap
{
    /// <summary>Makes a heap of keys in any order.</summary>
    internal static void Build(Span<ulong> keys)
    {
        for (int i = keys.Length / 2 - 1; i >= 0; i--) Sink(keys, i, keys[i]);
    }

    /// <summary>Puts a key in the place of the smallest.</summary>
    internal static void Replace(Span<ulong> heap, ulong key) => Sink(heap, 0, key);

    private static void Sink(Span<ulong> heap, int at, ulong key)
    {
        while (true)
        {
            int child = 2 * at + 1;
            if (child >= heap.Length) break;
            if (child + 1 < heap.Length && heap[child + 1] < heap[child]) child++;
            if (key <= heap[child]) break;
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = key;
    }
}
