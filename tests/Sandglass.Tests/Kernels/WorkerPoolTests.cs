using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

public class WorkerPoolTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(5)]
    public void Every_piece_is_done_once_job_after_job(int threads)
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
    public void A_failing_piece_fails_the_run_and_the_pool_lives_on()
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
    public void Every_piece_is_done_once_while_fewer_threads_take_part(int threads)
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

    /// <summary>Every reading is three milliseconds after the one before.</summary>
    private sealed class SlowClock : TimeProvider
    {
        private long _milliseconds;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Interlocked.Add(ref _milliseconds, 3);
    }

    private sealed class CountingJob(int pieces) : Job
    {
        public int[] Counts { get; } = new int[pieces];

        public override void Do(int piece, int worker) => Interlocked.Increment(ref Counts[piece]);
    }

    private sealed class FailingJob : Job
    {
        public override void Do(int piece, int worker)
        {
            if (piece == 3) throw new InvalidOperationException("piece 3");
        }
    }
}
