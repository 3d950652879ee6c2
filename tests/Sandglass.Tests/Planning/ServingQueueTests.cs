using Sandglass.Planning;

namespace Sandglass.Tests.Planning;

/// <summary>Waiting by formula, against the tables of the books.</summary>
public class ServingQueueTests
{
    /// <summary>Erlang B: the usual tables of trunks at a loss of 1 % and 5 %.</summary>
    [Theory, InlineData(1, 0.0101, 0.01), InlineData(5, 1.36, 0.01), InlineData(10, 4.46, 0.01), InlineData(20, 12.03, 0.01), InlineData(100, 84.1, 0.01)]
    [InlineData(10, 6.22, 0.05), InlineData(50, 44.5, 0.05)]
    public void Blocked_as_the_tables_have_it(long places, double offered, double blocked) =>
        Assert.Equal(blocked, ErlangC.Blocked(places, offered), tolerance: 0.02 * blocked);

    /// <summary>Erlang C: by hand where there are few places, else by the recursion that the books have.</summary>
    [Theory, InlineData(1, 0.5), InlineData(2, 1), InlineData(5, 4), InlineData(10, 8), InlineData(64, 60.8), InlineData(1000, 950)]
    public void Waits_as_the_books_recursion_has_it(long places, double offered)
    {
        double blocked = 1;
        for (int n = 1; n <= places; n++) blocked = offered * blocked / (n + offered * blocked);
        double waits = places * blocked / (places - offered * (1 - blocked));

        Assert.Equal(waits, ErlangC.Waits(places, offered), tolerance: 1e-12);
        if (places == 1) Assert.Equal(offered, ErlangC.Waits(1, offered), tolerance: 1e-15);
        if (places == 2) Assert.Equal(1 / 3.0, ErlangC.Waits(2, 1), tolerance: 1e-15);
        if (places == 5) Assert.Equal(0.5541, ErlangC.Waits(5, 4), tolerance: 5e-5);
        if (places == 10) Assert.Equal(0.4092, ErlangC.Waits(10, 8), tolerance: 5e-5);
    }

    /// <summary>Halfin and Whitt 1981: with places beyond what is offered by one square root of it, the chance of waiting becomes 0.2234.</summary>
    [Theory, InlineData(1e4, 0.002), InlineData(1e8, 2e-4), InlineData(1e12, 2e-4)]
    public void Of_very_many_places_a_square_root_is_headroom(double offered, double tolerance) =>
        Assert.Equal(0.2234, ErlangC.Waits((long)(offered + Math.Sqrt(offered)), offered), tolerance);

    [Fact]
    public void One_place_waits_as_m_m_1_and_m_d_1_do()
    {
        Assert.Equal(0.8 / (1 - 0.8) * 2, ErlangC.MeanWait(1, rate: 0.4, seconds: 2), tolerance: 1e-12);                    // rho / (mu - lambda)
        Assert.Equal(0.8 / (1 - 0.8) * 2 / 2, ErlangC.MeanWait(1, rate: 0.4, seconds: 2, variation: 0), tolerance: 1e-12);  // Pollaczek and Khinchine
        // of all, 0.8 wait at all, and of those exp(-(mu - lambda) t) longer than t
        Assert.Equal(0.05, 0.8 * Math.Exp(-0.1 * ErlangC.WaitBut(0.05, 1, 0.4, 2)), tolerance: 1e-12);
        Assert.Equal(0, ErlangC.WaitBut(0.05, 10, 0.4, 2));
        Assert.Equal(double.PositiveInfinity, ErlangC.MeanWait(2, rate: 1, seconds: 2));
    }

    [Theory, InlineData(1), InlineData(8), InlineData(200)]
    public void A_batch_that_is_never_quicker_waits_as_by_erlang(int places)
    {
        for (double load = 0.05; load < 1; load += 0.1)
        {
            BatchQueue queue = BatchQueue.Of(places, load * places / 3, static _ => 3);
            Assert.Equal(ErlangC.Waits(places, load * places), queue.Waits, tolerance: 1e-9);
            Assert.Equal(ErlangC.MeanWait(places, load * places / 3, 3), queue.MeanWait, tolerance: 1e-9);
            Assert.Equal(load * places, queue.MeanTexts, tolerance: 1e-6);
        }
    }

    /// <summary>Places that do not mind each other are places wherever they are; of very many, Halfin and Whitt's limit holds here too.</summary>
    [Theory, InlineData(8, 1, 0), InlineData(8, 125, 0), InlineData(200, 500, 0), InlineData(256, 4_000_000_000, 2e-3)]
    public void Replicas_that_are_one_line_wait_as_all_their_places(int places, long replicas, double tolerance)
    {
        double all = (double)places * replicas, offered = all - Math.Sqrt(all);
        BatchQueue queue = BatchQueue.Of(places, offered / 3, static _ => 3, replicas: replicas);

        if (tolerance > 0) Assert.Equal(0.2234, queue.Waits, tolerance);
        else Assert.Equal(ErlangC.Waits(places * replicas, offered), queue.Waits, tolerance: 1e-9);
        Assert.Equal(offered, queue.MeanTexts, tolerance: (1e-9 + tolerance) * offered);
        Assert.Equal(ErlangC.WaitBut(0.05, places * replicas, offered / 3, 3), queue.WaitBut(0.05), tolerance: (1e-9 + 5 * tolerance) * queue.MeanWait);
    }

    /// <summary>Three replicas of four places, texts spread evenly: summed state by state.</summary>
    [Theory, InlineData(0.2), InlineData(0.7), InlineData(0.95)]
    public void Texts_are_spread_evenly_over_replicas(double load)
    {
        static double Seconds(int texts) => 1 + texts / 2.0;
        double rate = load * 12 / Seconds(4), sum = 1, weight = 1, texts = 0, waiting = 0;
        for (int n = 1; n < 4000; n++)
        {
            double ends = 0;
            for (int replica = 0; replica < 3; replica++)
            {
                int own = (Math.Min(n, 12) + replica) / 3;
                ends += own == 0 ? 0 : own / Seconds(own);
            }
            weight *= rate / ends;
            (sum, texts, waiting) = (sum + weight, texts + Math.Min(n, 12) * weight, waiting + Math.Max(0, n - 12) * weight);
        }
        BatchQueue queue = BatchQueue.Of(4, rate, Seconds, replicas: 3);

        Assert.Equal(texts / sum, queue.MeanTexts, tolerance: 1e-9);
        Assert.Equal(waiting / sum / rate, queue.MeanWait, tolerance: 1e-9);
        Assert.Equal(0.05, queue.Waits * Math.Exp(-queue.WaitBut(0.05) / queue.SecondsOfWaiting), tolerance: load < 0.9 ? 1 : 1e-9);
    }

    [Fact]
    public void A_batch_that_is_quicker_while_it_is_not_full_waits_less_and_more_load_waits_more()
    {
        double before = 0, quickBefore = 0;
        for (int percent = 1; percent < 100; percent++)
        {
            double wait = ErlangC.MeanWait(16, percent / 100.0 * 16 / 2, 2);
            BatchQueue queue = BatchQueue.Of(16, percent / 100.0 * 16 / 2, static texts => 1 + texts / 16.0);
            Assert.True(wait >= before && queue.MeanWait >= quickBefore);
            Assert.True(queue.MeanWait <= wait);
            (before, quickBefore) = (wait, queue.MeanWait);
        }
        Assert.True(quickBefore > 1);
        Assert.Equal(double.PositiveInfinity, BatchQueue.Of(16, 8, static _ => 2).MeanWait);
    }
}
