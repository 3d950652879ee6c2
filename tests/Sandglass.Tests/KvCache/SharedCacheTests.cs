using Sandglass.Kernels;
using Sandglass.KvCache;

namespace Sandglass.Tests.KvCache;

/// <summary>Bytes that several pools have together: whose turn it is, what stays whose, and that none are lost.</summary>
public sealed class SharedCacheTests
{
    private static readonly CacheShape Shape = new(Layers: 2, KvHeads: 1, KeyDim: 2, ValueDim: 2, CacheType.F32);
    private static readonly long Set = Shape.SetBytes;

    private readonly SharedCache _shared = new();
    private readonly List<string> _woken = [];

    [Fact]
    public void What_is_not_a_floor_goes_to_who_needs_it_first()
    {
        CachePart a = Part("a", 100, 30), b = Part("b", 50, 20);

        Assert.Equal((150, 130, 120), (_shared.Bytes, _shared.Most(a), _shared.Most(b)));
        Assert.True(_shared.TryTake(a, 90, isUrgent: false));
        Assert.False(_shared.TryTake(b, 11, isUrgent: true));
        Assert.True(_shared.TryTake(b, 10, isUrgent: false));
        _shared.Give(a, 90);
        Assert.True(_shared.TryTake(b, 90, isUrgent: false));
        Assert.Equal((0, 100), (a.Lent, b.Lent));
    }

    [Fact]
    public void Who_has_waited_longer_comes_first_and_those_that_run_before_all()
    {
        CachePart a = Part("a", 10, 0), b = Part("b", 10, 0), c = Part("c", 10, 0);
        Assert.True(_shared.TryTake(a, 30, isUrgent: false));
        _shared.Want(b, 8);
        _shared.Want(c, 5);
        Assert.Equal((13, 0, 8), (_shared.Owed(a), _shared.Owed(b), _shared.Owed(c)));

        _shared.Give(a, 9);
        Assert.Equal((4, 0, 0), (_shared.Owed(a), _shared.Owed(b), _shared.Owed(c)));
        Assert.False(_shared.TryTake(a, 1, isUrgent: false));
        Assert.False(_shared.TryTake(c, 2, isUrgent: false));       // one is left beside what b waits for
        Assert.True(_shared.TryTake(c, 1, isUrgent: false));
        Assert.True(_shared.TryTake(a, 2, isUrgent: true));         // for a text that runs
        Assert.True(_shared.TryTake(b, 6, isUrgent: false));
        _shared.Want(b, 2);                                         // it goes on waiting, and has had its turn
        _shared.Give(a, 7);
        Assert.False(_shared.TryTake(b, 3, isUrgent: false));
        Assert.True(_shared.TryTake(c, 7, isUrgent: false));
        _shared.Want(b, 0);
        _shared.Want(c, 0);
        Assert.False(_shared.IsAsked);
    }

    [Fact]
    public void Who_can_give_is_woken_and_who_waits_when_some_comes()
    {
        CachePart a = Part("a", 10, 0), b = Part("b", 10, 0);
        _woken.Clear();
        _shared.Want(b, 15);
        Assert.Empty(_woken);       // it is there
        Assert.True(_shared.TryTake(a, 10, isUrgent: true));
        _shared.Want(b, 15);
        Assert.Equal(["a"], _woken);            // it no longer is
        _shared.Want(b, 15);
        Assert.Equal(["a"], _woken);            // nothing new
        _shared.Want(b, 16);
        Assert.Equal(["a", "a"], _woken);
        _shared.Give(a, 2);
        Assert.Equal(["a", "a", "b"], _woken);
    }

    [Fact]
    public void Who_can_give_is_woken_again_where_what_it_gave_was_taken_for_something_else()
    {
        CachePart idle = Part("idle", 20, 0), busy = Part("busy", 10, 0);
        Assert.True(_shared.TryTake(idle, 30, isUrgent: false));
        _woken.Clear();
        _shared.Want(busy, 5);
        Assert.Equal(["idle"], _woken);
        _shared.Give(idle, _shared.Owed(idle));
        Assert.True(_shared.TryTake(busy, 3, isUrgent: true));      // for a text that runs
        Assert.False(_shared.TryTake(busy, 5, isUrgent: false));
        _woken.Clear();
        _shared.Want(busy, 5);
        Assert.Equal((3, "idle"), (_shared.Owed(idle), Assert.Single(_woken)));
        _shared.Want(busy, 5);
        Assert.Single(_woken);

        Assert.True(_shared.TryTake(busy, 1, isUrgent: true));      // between its look and its gift
        _shared.Give(idle, 3);
        _woken.Clear();
        _shared.Want(busy, 5);
        Assert.Equal((1, "idle"), (_shared.Owed(idle), Assert.Single(_woken)));
    }

    [Fact]
    public void Who_leaves_takes_along_what_it_brought_and_others_give_it_back()
    {
        CachePart a = Part("a", 10, 2), b = Part("b", 10, 4);
        Assert.True(_shared.TryTake(a, 14, isUrgent: false));
        _shared.Leave(b);
        Assert.Equal((10, 6, true), (_shared.Bytes, _shared.Owed(a), _shared.IsAsked));
        _shared.Give(a, 6);
        Assert.Equal((8, 0, false), (a.Lent, _shared.Owed(a), _shared.IsAsked));
        _shared.Leave(b);
        _shared.Leave(a);
        Assert.Equal(0, _shared.Bytes);
    }

    [Fact]
    public void A_pool_grows_beyond_its_floor_and_gives_back_what_no_text_holds_the_least_recently_used_first()
    {
        using PagePool a = Pool(4 * Set, 2 * Set), b = Pool(4 * Set, 2 * Set);
        List<PageSet> sets = [];
        for (int i = 0; i < 6; i++)
        {
            Assert.True(a.HasRoom(1));
            sets.Add(a.Rent());
            a.RegisterPrefix(sets[i], Name(i));
        }
        Assert.False(a.HasRoom(1));
        Assert.Equal((6, 6, 2), (a.Capacity, a.Reachable, b.Reachable));
        Assert.True(b.HasRoom(2));
        Assert.False(b.HasRoom(3));

        b.Ask(3);       // more than there can be is not waited for
        b.Ask(9);
        b.Tell();
        Assert.Equal((0, 4), (b.Owed, a.Owed));
        Assert.False(a.Give(a.Owed, keep: 0));          // all is held
        foreach (PageSet set in sets) a.Return(set);
        Assert.Equal((0, 6 * Shape.Layers, 6), (a.Held, a.Kept, b.Reachable));
        Assert.False(a.Give(a.Owed, keep: 3));          // it needs some itself, beside its floor
        Assert.Equal((3, 3 * Shape.Layers, 1), (a.Capacity, a.Kept, a.Owed));
        Assert.Equal([false, false, false, true, true, true], Enumerable.Range(0, 6).Select(i => Has(a, i)));
        Assert.True(b.HasRoom(5));
        Assert.False(b.HasRoom(6));
        b.Tell();       // it asks for no more
        Assert.Equal((0, 5), (a.Owed, b.Capacity));
    }

    [Fact]
    public void What_grew_and_was_not_used_goes_first_and_aged_memory_is_the_others_too()
    {
        using PagePool a = Pool(4 * Set, Set), b = Pool(4 * Set, Set);
        Assert.True(a.HasRoom(5));
        PageSet named = a.Rent(), plain = a.Rent();
        a.RegisterPrefix(named, Name(1));
        a.Return(named);
        a.Return(plain);
        Assert.False(a.Give(2, keep: 0));
        Assert.Equal((3, Shape.Layers, 0), (a.Capacity, a.Kept, a.Discarded));
        Assert.False(a.Give(1, keep: 0));
        Assert.Equal((2, Shape.Layers, 0), (a.Capacity, a.Kept, a.Discarded));

        Assert.True(a.HasRoom(3));
        PageSet[] three = [a.Rent(), a.Rent(), a.Rent()];
        Assert.Equal((4, Shape.Layers), (a.Capacity, a.Kept));  // the named one stays as long as there is more
        foreach (PageSet set in three) a.Return(set);
        a.Age(PagePool.KeptFor);
        Assert.Equal((1, 4 * Shape.Layers), (a.Capacity, a.Discarded));
        Assert.True(b.HasRoom(7));
        Assert.False(a.HasRoom(2));
        a.Return(a.Rent());
    }

    [Fact]
    public void A_pool_makes_room_for_more_before_it_forgets_a_beginning_unless_others_wait()
    {
        using PagePool a = Pool(3 * Set, Set), b = Pool(3 * Set, Set);
        Leave(a, 0);
        Leave(a, 1);
        Leave(a, 2);
        Assert.Equal((3, 3 * Shape.Layers), (a.Capacity, a.Kept));
        b.Ask(2);
        b.Tell();
        Leave(a, 3);
        Assert.Equal((3, 3 * Shape.Layers), (a.Capacity, a.Kept));
        Assert.False(Has(a, 0));
    }

    [Fact]
    public void What_is_over_the_limit_of_idle_pages_is_given_first_where_others_ask()
    {
        using PagePool a = Pool(3 * Set, Set, idle: Set), b = Pool(3 * Set, Set);
        Assert.True(a.HasRoom(3));
        PageSet[] both = [a.Rent(), a.Rent()];
        for (int i = 0; i < both.Length; i++) a.RegisterPrefix(both[i], Name(i));
        foreach (PageSet set in both) a.Return(set);
        Assert.Equal((3, Shape.Layers, 0), (a.Capacity, a.Kept, a.Discarded));      // one kept, one free: lent it stays, until somebody asks

        b.Ask(4);
        b.Tell();
        Assert.False(a.Give(a.Owed, keep: 0));

        Assert.Equal((1, Shape.Layers), (a.Capacity, a.Kept));
        Assert.True(b.HasRoom(4));
        Assert.True(Has(a, 1));
    }

    private CachePart Part(string name, long brought, long floor)
    {
        CachePart part = new(_shared, brought, floor, () => _woken.Add(name));
        _shared.Join(part);
        return part;
    }

    private PagePool Pool(long brought, long floor, long idle = long.MaxValue)
    {
        PagePool pool = new(Shape, floor, idle: idle, part: new CachePart(_shared, brought, floor, static () => { }));
        pool.Join();
        return pool;
    }

    private static void Leave(PagePool pool, int name)
    {
        PageSet set = pool.Rent();
        pool.RegisterPrefix(set, Name(name));
        pool.Return(set);
    }

    private static bool Has(PagePool pool, int name)
    {
        if (pool.Find(Name(name)) is not PageSet set) return false;
        pool.Return(set);
        return true;
    }

    private static PrefixHash Name(int number) => new((UInt128)number, 0);
}
