using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

/// <summary>A clock of a thousand ticks a second times a thousand; a job takes 100 microseconds and what it waits.</summary>
public class ActiveWorkersTests
{
    private const int Second = 1_000_000, Job = 100, TimeSlice = 4000;

    private long _now;

    [Fact]
    public void All_take_part_while_waits_are_short()
    {
        ActiveWorkers workers = new(2, Second);
        for (int i = 0; i < 100_000; i++)
        {
            Note(workers, waited: 200);
            Assert.Equal(2, workers.Count);
        }
    }

    [Fact]
    public void Now_and_then_a_long_wait_changes_nothing()
    {
        ActiveWorkers workers = new(2, Second);
        for (int i = 0; i < 10_000; i++)
        {
            Note(workers, waited: i % 200 == 0 ? TimeSlice : 0);
            Assert.Equal(2, workers.Count);
        }
    }

    [Fact]
    public void One_fewer_takes_part_while_a_core_is_taken_and_all_again_afterwards()
    {
        ActiveWorkers workers = new(2, Second);
        long alone = 0, began = _now;
        while (_now < began + 20L * Second)
        {
            long before = _now;
            bool full = workers.Count == 2;
            Note(workers, waited: full && _now / TimeSlice % 2 == 0 ? TimeSlice : 0);
            if (!full) alone += _now - before;
        }
        Assert.True(alone > 19L * Second, $"alone for {alone} of {20L * Second} ticks");

        began = _now;
        while (_now < began + 5L * Second) Note(workers, waited: 0);
        Assert.Equal(2, workers.Count);
    }

    [Fact]
    public void Where_two_cores_of_four_are_taken_two_take_part()
    {
        ActiveWorkers workers = new(4, Second);
        int[] jobs = new int[5];
        while (_now < 10L * Second)
        {
            jobs[workers.Count]++;
            Note(workers, waited: workers.Count > 2 ? TimeSlice : 0);
        }
        Assert.True(jobs[2] > 10 * (jobs[4] + jobs[3]), string.Join(" ", jobs));
        Assert.Equal(0, jobs[1]);
    }

    [Fact]
    public void Who_waits_for_the_last_of_equal_long_parts_is_not_crowded()
    {
        ActiveWorkers workers = new(16, Second);
        const int Part = 1200;                 // 17 of them: all threads but one wait for the last
        for (int i = 0; i < 10_000; i++)
        {
            _now += 2 * Part;
            workers.Note(_now, waited: Part, Part);
            Assert.Equal(16, workers.Count);
        }
    }

    private void Note(ActiveWorkers workers, long waited)
    {
        _now += Job + waited;
        workers.Note(_now, waited, part: Job / 4);
    }
}
