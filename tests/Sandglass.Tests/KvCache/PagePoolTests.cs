using Sandglass.Kernels;
using Sandglass.KvCache;

namespace Sandglass.Tests.KvCache;

/// <summary>Pages known by name: who finds them, how long they stay, and that none is lost.</summary>
public sealed class PagePoolTests
{
    private static readonly CacheShape Shape = new(Layers: 2, KvHeads: 1, KeyDim: 2, ValueDim: 2, CacheType.F32);

    [Theory, InlineData(31, 0), InlineData(32, 0), InlineData(33, 1), InlineData(64, 1), InlineData(65, 2), InlineData(97, 3), InlineData(200, 3)]
    public void A_text_finds_the_full_pages_before_its_last_tokens(int length, int pages)
    {
        using PagePool pool = new(Shape);
        Leave(pool, Ids(100));
        Assert.Equal((0, 6), (pool.Held, pool.Kept));

        using (SequenceCache cache = new(pool))
        {
            Assert.Equal(32 * pages, cache.MatchPrefix(Ids(length)));
            Assert.Equal((32 * pages, 2 * pages, 6 - 2 * pages), (cache.Length, pool.Held, pool.Kept));
        }
        Assert.Equal((0, 6), (pool.Held, pool.Kept));
    }

    [Theory, InlineData(0, 0), InlineData(31, 0), InlineData(32, 1), InlineData(33, 1), InlineData(95, 2)]
    public void A_text_that_differs_somewhere_shares_what_stands_before(int differs, int pages)
    {
        using PagePool pool = new(Shape);
        Leave(pool, Ids(100));
        int[] other = Ids(100);
        other[differs]++;

        using SequenceCache cache = new(pool);
        Assert.Equal(32 * pages, cache.MatchPrefix(other));
        Assert.Equal((pages, 3), (pool.PrefixHits, pool.PrefixLookups));     // what stands behind the difference was sought too: the rate is the share of all pages
    }

    [Fact]
    public void The_least_recently_used_go_first_and_no_page_that_somebody_holds()
    {
        using PagePool pool = new(Shape, budget: 3 * Shape.SetBytes);
        Leave(pool, Ids(32, seed: 1));
        Leave(pool, Ids(32, seed: 2));
        using SequenceCache holder = new(pool);
        Assert.Equal(32, holder.MatchPrefix(Ids(33, seed: 1)));
        Leave(pool, Ids(32, seed: 3));
        Assert.Equal(4, pool.Kept);

        Leave(pool, Ids(32, seed: 4));      // 1 is held, so 2 makes room

        Assert.Equal([true, false, true, true], new[] { 1, 2, 3, 4 }.Select(seed => Has(pool, Ids(33, seed))));
        Assert.Equal((2, 4), (pool.Held, pool.Kept));
    }

    [Fact]
    public void Two_that_fill_the_same_page_leave_one_and_forgotten_pages_are_told_anew()
    {
        using PagePool pool = new(Shape);
        SequenceCache one = Filled(pool, Ids(64)), other = Filled(pool, Ids(64));
        one.RegisterPrefix(Ids(64));
        other.RegisterPrefix(Ids(64));
        one.Dispose();
        other.Dispose();
        Assert.Equal((0, 4), (pool.Held, pool.Kept));

        using SequenceCache back = Filled(pool, Ids(64, seed: 9));
        back.RegisterPrefix(Ids(64, seed: 9));
        back.Truncate(40);                  // into a page that others may read: a copy
        Assert.Equal((40, 4), (back.Length, pool.Held));
        int[] mixed = [.. Ids(40, seed: 9), .. Ids(30, seed: 3)];
        back.Reserve(70);
        back.Commit(70);
        back.RegisterPrefix(mixed);
        back.Dispose();
        Assert.True(Has(pool, [.. mixed, 1]) && Has(pool, [.. Ids(64, seed: 9), 1]));
        Assert.Equal((0, 4 + 4 + 2), (pool.Held, pool.Kept));
    }

    [Fact]
    public void Names_differ_by_model_and_by_cache_type()
    {
        using PagePool a = new(Shape, model: "a"), b = new(Shape, model: "b"), half = new(Shape with { Types = CacheType.F16 }, model: "a");
        Assert.Equal(3, new[] { a.Beginning, b.Beginning, half.Beginning }.Distinct().Count());
        Assert.NotEqual(a.Beginning.Next(Ids(32)), b.Beginning.Next(Ids(32)));
    }

    private static bool Has(PagePool pool, int[] ids)
    {
        using SequenceCache cache = new(pool);
        return cache.MatchPrefix(ids) == (ids.Length - 1) / 32 * 32;
    }

    private static void Leave(PagePool pool, int[] ids)
    {
        using SequenceCache cache = Filled(pool, ids);
        cache.RegisterPrefix(ids);
    }

    private static SequenceCache Filled(PagePool pool, int[] ids)
    {
        SequenceCache cache = new(pool);
        cache.Reserve(ids.Length);
        cache.Commit(ids.Length);
        return cache;
    }

    private static int[] Ids(int count, int seed = 0) => [.. Enumerable.Range(0, count).Select(i => 7 * i + 1000 * seed)];
}
