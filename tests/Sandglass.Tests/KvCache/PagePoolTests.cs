using System.Runtime.InteropServices;
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
        Assert.Equal((32 * pages, 100), (pool.PrefixHitTokens, pool.PrefixQueriedTokens));     // all its tokens are in the rate
        cache.Truncate(0);
        Assert.Equal(32 * pages, cache.MatchPrefix(other, isAgain: true));
        Assert.Equal((32 * pages, 100), (pool.PrefixHitTokens, pool.PrefixQueriedTokens));     // its own once more is no hit
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

    [Fact]
    public void Names_differ_by_salt_and_no_salt_gives_the_name_of_a_page()
    {
        using PagePool pool = new(Shape);
        PrefixHash common = pool.Beginning;
        string page = new(MemoryMarshal.Cast<int, char>(Ids(32)));     // the bytes that a page's tokens are hashed as

        Assert.Equal(common, common.Salted(null));
        PrefixHash[] names = [common, .. new[] { "", "a", "b", "\ud800", "\ud801", page }.Select(common.Salted), common.Next(Ids(32)), common.Salted("a")
            .Salted("b")];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Equal(common.Salted("a"), common.Salted("a"));
    }

    [Fact]
    public void Texts_of_a_salt_find_each_others_pages_alone_also_after_a_fork_and_a_rollback()
    {
        using PagePool pool = new(Shape);
        PrefixHash salted = pool.Beginning.Salted("ours");
        using (SequenceCache cache = new(pool, salted))
        {
            Fill(cache, 64);
            using SequenceCache fork = cache.Fork();
            fork.RegisterPrefix(Ids(64));
            fork.Truncate(0);
            Fill(fork, 96);
            fork.RegisterPrefix(Ids(96));
        }

        Assert.False(Has(pool, [.. Ids(32), 1]));
        using SequenceCache other = new(pool, pool.Beginning.Salted("theirs")), same = new(pool, salted);
        Assert.Equal((0, 96), (other.MatchPrefix(Ids(97)), same.MatchPrefix(Ids(97))));
    }

    [Fact]
    public unsafe void What_no_text_has_used_for_long_goes_back_to_the_system()
    {
        CacheShape wide = new(2, 4, 128, 128, CacheType.F32);   // a page set of 262,144 bytes
        using PagePool pool = new(wide);
        pool.Age(TimeSpan.FromMinutes(1));
        Leave(pool, Ids(64));
        Leave(pool, Ids(32, seed: 5));
        using SequenceCache held = Filled(pool, Ids(32, seed: 9));
        PageSet unnamed = pool.Rent();
        new Span<byte>(unnamed.Page(0), 200_000).Fill(77);
        pool.Return(unnamed);
        Assert.Equal((6, 0), (pool.Kept, pool.Discarded));

        pool.Age(TimeSpan.FromMinutes(4));
        Assert.True(Has(pool, [.. Ids(64), 1]));    // used again
        pool.Age(TimeSpan.FromMinutes(6.5));
        Assert.Equal((4, 4), (pool.Kept, pool.Discarded));
        Assert.True(Has(pool, [.. Ids(64), 1]));
        Assert.False(Has(pool, [.. Ids(32, seed: 5), 1]));
        pool.Age(TimeSpan.FromMinutes(12));
        Assert.Equal((0, 8, 2), (pool.Kept, pool.Discarded, pool.Held));
        Assert.False(pool.KeepsMemory);

        PageSet[] again = [.. Enumerable.Range(0, 4).Select(_ => pool.Rent())];
        Assert.Equal(0, pool.Discarded);
        Assert.Contains(unnamed, again);
        if (OperatingSystem.IsLinux()) Assert.Equal(0, new Span<byte>(unnamed.Page(0), 200_000)[100_000]);      // it really went
        foreach (PageSet pages in again) pool.Return(pages);
    }

    [Fact]
    public void Idle_pages_have_a_limit_and_the_least_recently_used_go()
    {
        using PagePool pool = new(Shape, idle: 3 * Shape.SetBytes);
        for (int seed = 0; seed < 4; seed++) Leave(pool, Ids(32, seed));

        Assert.Equal(3 * Shape.Layers, pool.Kept);
        Assert.False(Has(pool, [.. Ids(32), 1]));
        Assert.True(Has(pool, [.. Ids(32, seed: 3), 1]));
    }

    [Fact]
    public void Memory_of_pages_over_the_limit_of_idle_ones_serves_the_next_text_and_goes_back_soon()
    {
        using PagePool pool = new(Shape, idle: Shape.SetBytes);
        Leave(pool, Ids(32));
        Leave(pool, Ids(32, seed: 1));
        Assert.Equal((Shape.Layers, 0), (pool.Kept, pool.Discarded));

        pool.Age(TimeSpan.FromSeconds(30));
        Leave(pool, Ids(32, seed: 2));      // into the first one's memory; the second one's is free then
        pool.Age(TimeSpan.FromSeconds(60));
        Assert.Equal((Shape.Layers, 0), (pool.Kept, pool.Discarded));
        pool.Age(TimeSpan.FromSeconds(90));
        Assert.Equal((Shape.Layers, Shape.Layers), (pool.Kept, pool.Discarded));
        Assert.True(Has(pool, [.. Ids(32, seed: 2), 1]));
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
        Fill(cache, ids.Length);
        return cache;
    }

    private static void Fill(SequenceCache cache, int length)
    {
        cache.Reserve(length);
        cache.Commit(length);
    }

    private static int[] Ids(int count, int seed = 0) => [.. Enumerable.Range(0, count).Select(i => 7 * i + 1000 * seed)];
}
