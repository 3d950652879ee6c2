using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

/// <summary>The order of service on made-up numbers: no clock, no engine, no pages.</summary>
public sealed class ServiceOrderTests
{
    private readonly ServiceOrder _order = new(new TenantWeights(new Dictionary<string, double> { ["large"] = 3 }));

    [Fact]
    public void Another_weight_holds_for_work_from_then_on()
    {
        TenantWeights weights = new(new Dictionary<string, double> { ["a"] = 2 });
        TenantAccount account = new("a", weights), other = new("b", weights);
        foreach (TenantAccount one in (TenantAccount[])[account, other]) one.Charge(8);
        weights.Change(new Dictionary<string, double> { ["a"] = 4, ["b"] = 0.5 });
        foreach (TenantAccount one in (TenantAccount[])[account, other]) one.Charge(8);
        weights.Change(new Dictionary<string, double>());
        foreach (TenantAccount one in (TenantAccount[])[account, other]) one.Charge(8);

        Assert.Equal([8 / 2 + 8 / 4 + 8, 8 + 8 * 2 + 8], [account.Served, other.Served]);
    }

    [Fact]
    public void The_lower_priority_goes_first_then_the_least_served_tenant_then_who_came_first()
    {
        SequenceGroup[] came = [Add("a", 10), Add("a", 10), Add("b", 10, priority: 5), Add("b", 10), Add("c", 1, priority: -2), Add("a", 10)];

        // c is urgent; a came before b; then b, for whom nothing was done; then a twice; then who is less urgent
        Assert.Equal([came[4], came[0], came[3], came[1], came[5], came[2]], CallAll());
        Assert.Equal(0, _order.Waiting);
    }

    [Fact]
    public void A_written_token_costs_as_two_that_are_read_a_cached_one_nothing_and_weights_divide()
    {
        SequenceGroup one = Add("a", 100), large = Add("large", 300);
        CallAll();
        TenantAccount a = one.Share.Account!, b = large.Share.Account!;
        Assert.Equal((100, 100), (a.Served, b.Served));

        one.Share.HasFound(64);     // in the cache: what follows is free for as much
        one.Share.HasWritten(30);
        Assert.Equal(100, a.Served);
        one.Share.HasWritten(10);
        Assert.Equal(100 + 2 * 40 - 64, a.Served);
        large.Share.HasWritten(30);
        Assert.Equal(100 + 2 * 30 / 3.0, b.Served);

        large.Share.HasRead(100);   // 200 of its prompt will never be read
        Assert.True(_order.Leave(large));
        b.Charge(230);
        Assert.Equal(120 + 30 / 3.0, b.Served);
    }

    [Fact]
    public void Who_comes_back_has_saved_nothing_up_and_who_leaves_for_a_moment_escapes_nothing()
    {
        SequenceGroup[] busy = [.. Enumerable.Range(0, 20).Select(_ => Add("busy", 10))];
        SequenceGroup other = Call(Add("greedy", 500));
        for (int i = 0; i < 10; i++) Call(busy[i]).Share.HasWritten(45);
        Assert.True(_order.Leave(other));
        Assert.Equal(1000, busy[0].Share.Account!.Served);

        SequenceGroup late = Add("late", 10), greedy = Add("greedy", 10);
        Assert.Equal(1000, late.Share.Account!.Served);      // as the least of those that wait
        Assert.Equal(1000, greedy.Share.Account!.Served);
        Call(greedy).Share.HasWritten(1000);
        Assert.True(_order.Leave(greedy));
        Assert.Equal(3010, Add("greedy", 10).Share.Account!.Served);     // it is remembered
    }

    [Fact]
    public void Tenants_that_come_once_are_forgotten()
    {
        SequenceGroup[] busy = [.. Enumerable.Range(0, 2000).Select(_ => Add("busy", 10))];
        foreach (SequenceGroup group in busy.AsSpan(0, 1000))
        {
            SequenceGroup once = Add($"tenant {group.Arrival}", 10);
            Call(group).Share.HasWritten(5);
            Call(once).Share.HasWritten(5);
            _order.Leave(once);
            _order.Leave(group);
        }
        Assert.InRange(_order.Tenants, 1, 3);
        foreach (SequenceGroup group in busy.AsSpan(1000))
        {
            _order.Remove(group);
            _order.Leave(group);
        }
        Assert.Equal(0, _order.Tenants);
        Assert.Equal(0, Add("busy", 10).Share.Account!.Served);
    }

    [Theory, InlineData(1, 1), InlineData(4, 1), InlineData(4, 3), InlineData(32, 3)]
    public void Two_tenants_that_always_wait_get_their_shares(int places, int weight)
    {
        string second = weight == 3 ? "large" : "small";
        List<(SequenceGroup Group, int Left)> running = [];
        Random random = new(places);
        Dictionary<string, long> done = new() { ["first"] = 0, [second] = 0 };
        for (int i = 0; i < 100; i++) Add("first", 1 + random.Next(200));
        for (int i = 0; i < places + 1; i++) Add(second, 1 + random.Next(20));
        for (int step = 0; step < 20_000; step++)
        {
            while (running.Count < places)
            {
                SequenceGroup next = Call(_order.Next!);
                string tenant = next.Share.Ticket.Tenant;
                running.Add((next, tenant == "first" ? 1 + random.Next(20) : 1 + random.Next(100)));
                done[tenant] += next.Share.Ticket.PromptTokens;
                Add(tenant, tenant == "first" ? 1 + random.Next(200) : 1 + random.Next(20));
            }
            for (int i = running.Count - 1; i >= 0; i--)
            {
                (SequenceGroup group, int left) = running[i];
                group.Share.HasWritten(1);
                done[group.Share.Ticket.Tenant] += 2;
                running[i] = (group, left - 1);
                if (left > 1) continue;
                running.RemoveAt(i);
                group.Share.HasRead(int.MaxValue);
                _order.Leave(group);
            }
        }
        Assert.InRange(done[second] / (double)done["first"] / weight, 0.98, 1.02);
    }

    [Fact]
    public void The_next_is_what_looking_at_all_would_find_whatever_comes_goes_and_is_served()
    {
        Random random = new(7);
        List<SequenceGroup> waiting = [], called = [];
        for (int i = 0; i < 20_000; i++)
        {
            switch (random.Next(5))
            {
                case 0 or 1:
                    waiting.Add(Add($"t{random.Next(9)}", random.Next(50), random.Next(3)));
                    break;
                case 2 when waiting.Count > 0:
                    SequenceGroup next = _order.Next!;
                    (int, double, long) best = waiting.Min(Place);
                    Assert.Equal(best, Place(next));
                    waiting.Remove(next);
                    called.Add(Call(next));
                    break;
                case 3 when waiting.Count > 0:
                    SequenceGroup left = waiting[random.Next(waiting.Count)];
                    waiting.Remove(left);
                    _order.Remove(left);
                    _order.Leave(left);
                    break;
                case 4 when called.Count > 0:
                    SequenceGroup served = called[random.Next(called.Count)];
                    served.Share.HasWritten(random.Next(30));
                    if (random.Next(2) == 0) break;
                    called.Remove(served);
                    _order.Leave(served);
                    break;
            }
            Assert.Equal(waiting.Count, _order.Waiting);
        }

        static (int, double, long) Place(SequenceGroup group) => (group.Priority, group.Share.Account!.Served, group.Arrival);
    }

    [Fact]
    public void Those_called_keep_their_places_and_one_that_is_put_back_is_the_first_of_its_tenant()
    {
        SequenceGroup first = Call(Add("a", 10)), second = Call(Add("a", 10)), urgent = Call(Add("b", 10, priority: -1));
        Assert.True(ServiceOrder.IsBefore(urgent, first) && ServiceOrder.IsBefore(first, second));
        first.Share.HasWritten(1000);
        Assert.True(ServiceOrder.IsBefore(first, second));      // whatever is written

        SequenceGroup third = Add("a", 10);
        double served = second.Share.Account!.Served;
        _order.Return(second);
        Assert.Equal(second, _order.NextOf(0));
        Call(second);
        Assert.Equal(served, second.Share.Account!.Served);     // its prompt is paid once
        Assert.Equal(third, _order.Next);
        _order.Number(first);
        Assert.True(ServiceOrder.IsBefore(second, first));      // it has had its turn
    }

    private SequenceGroup Add(string tenant, int prompt, int priority = 0)
    {
        SequenceGroup group = new(new RowShare(new Ticket { Tenant = tenant, PromptTokens = prompt, Priority = priority }));
        _order.Add(group);
        return group;
    }

    private SequenceGroup Call(SequenceGroup group)
    {
        _order.Call(group);
        return group;
    }

    private List<SequenceGroup> CallAll()
    {
        List<SequenceGroup> called = [];
        while (_order.Next is SequenceGroup next) called.Add(Call(next));
        return called;
    }
}
