using Sandglass.Kernels;
using Sandglass.KvCache;

namespace Sandglass.Tests.KvCache;

public sealed unsafe class SequenceCacheTests : IDisposable
{
    // two layers, two key-value heads, keys of 3 and values of 5 elements: nothing is a round number
    private static readonly CacheShape F32 = new(Layers: 2, KvHeads: 2, KeyDim: 3, ValueDim: 5, CacheType.F32);
    private readonly PagePool _pool = new(F32);

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void A_page_is_the_bytes_of_32_positions_of_one_layer()
    {
        Assert.Equal(2 * (3 + 5) * 32 * 4, F32.PageBytes);
        Assert.Equal(2 * (3 + 5) * 32 * 2, (F32 with { Types = CacheType.F16 }).PageBytes);
    }

    [Theory, InlineData(0, 0), InlineData(1, 1), InlineData(32, 1), InlineData(33, 2), InlineData(1000, 32)]
    public void Pages_are_held_for_the_positions_reserved(int positions, int pages)
    {
        using SequenceCache cache = new(_pool);

        cache.Reserve(positions);

        Assert.Equal(2 * pages, _pool.Held);
        Assert.Equal(2 * pages * F32.PageBytes, cache.Bytes);
        Assert.Equal(0, cache.Length); // they are counted when all layers have them
    }

    [Fact]
    public void Forgetting_returns_the_pages_that_only_the_forgotten_used()
    {
        using SequenceCache cache = new(_pool);
        cache.Reserve(100);
        cache.Commit(100);

        cache.Truncate(64);
        Assert.Equal((64, 4), (cache.Length, _pool.Held));
        cache.Truncate(90); // nothing more to forget
        Assert.Equal((64, 4), (cache.Length, _pool.Held));
        cache.Truncate(63);
        Assert.Equal((63, 4), (cache.Length, _pool.Held));
        cache.Truncate(0);
        Assert.Equal((0, 0), (cache.Length, _pool.Held));
    }

    [Fact]
    public void Two_sequences_share_no_page_and_returned_pages_are_used_again()
    {
        using SequenceCache first = new(_pool), second = new(_pool);
        first.Reserve(64);
        second.Reserve(64);
        nint[] pages = [.. Pages(first), .. Pages(second)];
        Assert.Equal(8, pages.Distinct().Count());

        second.Truncate(0);
        first.Reserve(128);

        Assert.All(Pages(first), page => Assert.Contains(page, pages));
        Assert.Equal(8, _pool.Held);
    }

    [Fact]
    public void Disposing_returns_everything_and_may_be_done_twice()
    {
        SequenceCache cache = new(_pool);
        cache.Reserve(40);

        cache.Dispose();
        cache.Dispose();

        Assert.Equal(0, _pool.Held);
    }

    [Fact]
    public void Keys_are_stored_transposed_and_values_in_rows()
    {
        using SequenceCache cache = new(_pool);
        cache.Reserve(70);
        for (int layer = 0; layer < 2; layer++)
        {
            for (int position = 0; position < 70; position++) Write(cache, layer, position);
        }

        for (int layer = 0; layer < 2; layer++)
        {
            for (int position = 0; position < 70; position++)
            {
                float* keys = (float*)cache.KeyPages(layer)[position / 32], values = (float*)cache.ValuePages(layer)[position / 32];
                int slot = position % 32;
                for (int head = 0; head < 2; head++)
                {
                    for (int d = 0; d < 3; d++) Assert.Equal(Key(layer, position, head, d), keys[(head * 3 + d) * 32 + slot]); // [kvHead, keyDim, 32]
                    for (int d = 0; d < 5; d++) Assert.Equal(Value(layer, position, head, d), values[(head * 32 + slot) * 5 + d]); // [kvHead, 32, valueDim]
                }
            }
        }
    }

    [Fact]
    public void Half_precision_rounds_to_nearest_even()
    {
        using PagePool pool = new(F32 with { Types = CacheType.F16 });
        using SequenceCache cache = new(pool);
        cache.Reserve(1);
        float[] keys = [1f, 2049f, 2051f, 65519f, 1e-8f, -0f], values = new float[10]; // 2049 and 2051 lie between two halves

        fixed (float* k = keys, v = values) cache.Write(0, 0, k, v);

        ushort* page = (ushort*)cache.KeyPages(0)[0];
        float[] stored = [.. Enumerable.Range(0, 6).Select(i => (float)BitConverter.UInt16BitsToHalf(page[i * 32]))];
        Assert.Equal([1f, 2048f, 2052f, 65504f, 0f, -0f], stored);
    }

    [Theory, InlineData(0, 0, 0), InlineData(1, 1, 2), InlineData(31, 1, 2), InlineData(32, 1, 1), InlineData(33, 2, 3), InlineData(64, 2, 2),
        InlineData(100, 4, 5)]
    public void A_fork_shares_full_pages_and_copies_the_last_partial_one(int positions, int before, int after)
    {
        using SequenceCache cache = Written(positions);
        Assert.Equal(2 * before, _pool.Held);

        SequenceCache fork = cache.Fork();

        Assert.Equal((positions, 2 * after), (fork.Length, _pool.Held));
        Assert.Equal(Pages(cache).Take(positions / 32), Pages(fork).Take(positions / 32));
        Holds(fork, positions);
        fork.Dispose();
        Assert.Equal(2 * before, _pool.Held);
        Holds(cache, positions);
    }

    [Theory, InlineData(31), InlineData(32), InlineData(33)]
    public void What_a_fork_writes_and_forgets_the_other_does_not_notice(int positions)
    {
        SequenceCache cache = Written(positions), fork = cache.Fork();
        fork.Reserve(positions + 40);
        for (int layer = 0; layer < 2; layer++)
        {
            for (int position = positions; position < positions + 40; position++) Write(fork, layer, position + 500, at: position);
        }
        fork.Commit(positions + 40);
        Holds(cache, positions);
        Holds(fork, positions);

        cache.Dispose();    // the pages that both had are the fork's alone now
        Holds(fork, positions);
        fork.Dispose();
        Assert.Equal(0, _pool.Held);
    }

    [Theory, InlineData(31), InlineData(32), InlineData(33), InlineData(5)]
    public void A_rollback_into_a_shared_page_writes_into_a_copy(int back)
    {
        SequenceCache cache = Written(64), fork = cache.Fork();
        Assert.Equal(4, _pool.Held);

        fork.Truncate(back);
        fork.Reserve(back + 1);
        Write(fork, 0, 900, at: back);
        Write(fork, 1, 900, at: back);
        fork.Commit(back + 1);

        Assert.Equal(6, _pool.Held);
        Holds(cache, 64);
        Holds(fork, back);
        cache.Dispose();
        fork.Dispose();
        Assert.Equal(0, _pool.Held);
    }

    [Fact]
    public void Where_the_budget_has_no_page_for_a_copy_the_full_pages_are_kept()
    {
        using PagePool tight = new(F32, budget: 2 * F32.SetBytes + 7);
        using SequenceCache cache = new(tight);
        Assert.True(cache.HasRoom(64) && !cache.HasRoom(65));
        cache.Reserve(40);
        cache.Commit(40);

        using SequenceCache fork = cache.Fork();
        Assert.Equal((32, 4), (fork.Length, tight.Held));
        fork.Truncate(20);
        Assert.Equal((0, 4), (fork.Length, tight.Held));
        Assert.Equal("cache-full", Assert.Throws<KvCacheException>(() => fork.Reserve(1)).Code);
        Assert.Equal(40, cache.Length);
    }

    [Theory, InlineData(0), InlineData(4), InlineData(40), InlineData(256)]
    public void Pages_that_left_the_window_go_back_and_tables_do_not_grow(int sinks)
    {
        using PagePool pool = new(F32 with { Window = 100, SinkTokens = sinks });
        using SequenceCache cache = new(pool);
        int most = 0;
        for (int position = 0; position < 5000; position++)
        {
            cache.Reserve(position + 1);
            Write(cache, 0, position);
            Write(cache, 1, position);
            cache.Commit(position + 1);
            most = Math.Max(most, pool.Held / 2);
            foreach (int seen in (int[])[position, Math.Max(0, position - 99), sinks == 0 ? position : Math.Min(position, sinks - 1)])
            {
                int place = seen < sinks || position < 100 + sinks ? seen : seen - cache.RemovedPositions;
                float* keys = (float*)cache.KeyPages(1)[place / 32];
                Assert.Equal(Key(1, seen, 0, 0), keys[place % 32]);
            }
        }
        Assert.InRange(most, 4, (sinks + 31) / 32 + 5);
        Assert.Equal(most * F32.SetBytes, cache.Bytes, (double)F32.SetBytes);
        Assert.InRange(cache.RemovedPositions, 5000 - 100 - 1024, 5000);

        using SequenceCache fork = cache.Fork();
        Assert.Equal((5000, cache.Bytes, cache.RemovedPositions), (fork.Length, fork.Bytes, fork.RemovedPositions));
        fork.Truncate(4999); // what the window needs is here yet
        Assert.Equal(4999, fork.Length);
        fork.Truncate(4900); // what it would need has left: all is read again
        Assert.Equal((0, 0L, 0), (fork.Length, fork.Bytes, fork.RemovedPositions));
        cache.Dispose();
        Assert.Equal(0, pool.Held);
    }

    /// <summary>A cache with this many positions in both layers.</summary>
    private SequenceCache Written(int positions)
    {
        SequenceCache cache = new(_pool);
        cache.Reserve(positions);
        for (int layer = 0; layer < 2; layer++)
        {
            for (int position = 0; position < positions; position++) Write(cache, layer, position);
        }
        cache.Commit(positions);
        return cache;
    }

    private static void Holds(SequenceCache cache, int positions)
    {
        for (int layer = 0; layer < 2; layer++)
        {
            for (int position = 0; position < positions; position++)
            {
                float* keys = (float*)cache.KeyPages(layer)[position / 32], values = (float*)cache.ValuePages(layer)[position / 32];
                Assert.Equal(Key(layer, position, 1, 2), keys[(3 + 2) * 32 + position % 32]);
                Assert.Equal(Value(layer, position, 1, 4), values[(32 + position % 32) * 5 + 4]);
            }
        }
    }

    private static void Write(SequenceCache cache, int layer, int position, int? at = null)
    {
        float[] keys = [.. from head in new[] { 0, 1 } from d in Enumerable.Range(0, 3) select Key(layer, position, head, d)];
        float[] values = [.. from head in new[] { 0, 1 } from d in Enumerable.Range(0, 5) select Value(layer, position, head, d)];
        fixed (float* k = keys, v = values) cache.Write(layer, at ?? position, k, v);
    }

    private static float Key(int layer, int position, int head, int d) => 1000 * layer + 10 * position + 3 * head + d;

    private static float Value(int layer, int position, int head, int d) => -Key(layer, position, head, d) - 0.5f;

    private static IEnumerable<nint> Pages(SequenceCache cache)
    {
        List<nint> pages = [];
        for (int layer = 0; layer < 2; layer++)
        {
            for (long page = 0; page < cache.Bytes / cache.Shape.PageBytes / 2; page++) pages.Add((nint)cache.KeyPages(layer)[page]);
        }
        return pages;
    }
}
