using System.Collections.Concurrent;
using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

public class WorkerPoolTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(5)]
    public void Every_part_is_done_once_job_after_job(int threads)
    {
        using WorkerPool pool = new(threads);
        for (int round = 0; round < 3000; round++)
        {
            CountingJob job = new(round % 17);
            pool.Run(job, job.Counts.Length);
            Assert.All(job.Counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void Workers_wake_after_they_slept()
    {
        using WorkerPool pool = new(3);
        for (int round = 0; round < 5; round++)
        {
            Thread.Sleep(20); // longer than they spin
            CountingJob job = new(100);
            pool.Run(job, 100);
            Assert.All(job.Counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void A_failing_part_fails_the_run_and_the_pool_lives_on()
    {
        using WorkerPool pool = new(2);

        Assert.Throws<InvalidOperationException>(() => pool.Run(new FailingJob(), 10));

        CountingJob job = new(10);
        pool.Run(job, 10);
        Assert.All(job.Counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Callers_of_several_threads_wait_for_each_other()
    {
        using WorkerPool pool = new(2);
        Parallel.For(0, 8, _ =>
        {
            for (int round = 0; round < 200; round++)
            {
                CountingJob job = new(9);
                pool.Run(job, 9);
                Assert.All(job.Counts, count => Assert.Equal(1, count));
            }
        });
    }

    [Theory, InlineData(2), InlineData(4)]
    public void Every_part_is_done_once_while_fewer_threads_take_part(int threads)
    {
        SlowClock time = new();     // each wait seems long
        using WorkerPool pool = new(threads, time);
        for (int round = 0; round < 20_000; round++)
        {
            CountingJob job = new(2 + round % 17);
            pool.Run(job, job.Counts.Length);
            Assert.All(job.Counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void Where_a_thread_cannot_be_started_those_before_it_end()
    {
        List<Thread> started = [];
        void Start(Thread thread)
        {
            if (started.Count == 2) throw new OutOfMemoryException("no thread is left");
            started.Add(thread);
            thread.UnsafeStart();
        }

        Assert.Throws<OutOfMemoryException>(() => new WorkerPool(4, time: null, Start));

        Assert.Equal(2, started.Count);
        Assert.DoesNotContain(started, thread => thread.IsAlive);
    }

    [Fact]
    public void More_parts_than_the_ticket_counts_are_refused()
    {
        using WorkerPool pool = new(2);

        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Run(new CountingJob(0), WorkerPool.MostParts + 1));
    }

    [Fact]
    public void Workers_do_not_carry_the_loaders_context()
    {
        AsyncLocal<string> request = new() { Value = "of the one who loads" };
        using WorkerPool pool = new(3);
        ContextJob job = new(request);
        pool.Run(job, 300);

        Assert.All(job.Seen.Where(seen => seen.Worker > 0), seen => Assert.Null(seen.Value));
    }

    /// <summary>Every reading is three milliseconds after the one before.</summary>
    private sealed class SlowClock : TimeProvider
    {
        private long _milliseconds;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Interlocked.Add(ref _milliseconds, 3);
    }

    private sealed class CountingJob(int parts) : Job
    {
        public int[] Counts { get; } = new int[parts];

        public override void Do(int part, int worker) => Interlocked.Increment(ref Counts[part]);
    }

    private sealed class ContextJob(AsyncLocal<string> local) : Job
    {
        public ConcurrentBag<(int Worker, string? Value)> Seen { get; } = [];

        public override void Do(int part, int worker)
        {
            Thread.SpinWait(2000);      // so that the workers get some, too
            Seen.Add((worker, local.Value));
        }
    }

    private sealed class FailingJob : Job
    {
        public override void Do(int part, int worker)
        {
            if (part == 3) throw new InvalidOperationException("part 3");
        }
    }
}
