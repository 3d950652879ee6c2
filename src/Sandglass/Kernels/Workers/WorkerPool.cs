using System.Runtime.ExceptionServices;

namespace Sandglass.Kernels;

/// <summary>Work divided into parts that any worker may do, in any order, without changing a bit of the result.</summary>
internal abstract class Job
{
    /// <summary>Does one part.</summary>
    /// <param name="part">0 to parts - 1.</param>
    /// <param name="worker">0 to threads - 1: which scratch memory is free to use.</param>
    public abstract void Do(int part, int worker);
}

/// <summary>A fixed set of threads that process the parts of one job after another; between jobs they spin for less than a millisecond, then sleep.</summary>
/// <remarks>
/// Parts are handed out by one atomic counter, so a slow or late core delays nothing. The caller works too, and a job is over when its parts are done,
/// not when every worker has noticed it: a worker that wakes late finds nothing left.
/// </remarks>
internal sealed class WorkerPool : IDisposable
{
    private const int SpinsBeforeSleep = 2000; // about 0.7 ms: longer than the gap between two jobs of a step (with 50 us prefill is a tenth slower)

    /// <summary>Half of what the ticket's 24 bits can count: each worker may take a number once after the last part.</summary>
    internal const int MostParts = 1 << 23;

    // The state of the current job in one word, so that a worker gets a part and the count it belongs to in one atomic operation:
    // bits 0-23 next part, 24-47 parts, 48-63 number of the job (so that two consecutive jobs differ).
    private long _ticket;
    private int _done;
    private bool _stopped;
    private Job? _job;
    private Exception? _failure;
    private readonly Lock _callers = new();
    private readonly object _gate = new();
    private readonly List<Thread> _threads = [];
    private readonly int[] _asleep;     // [worker]: 1 or 0
    private readonly TimeProvider _time;
    private readonly ActiveWorkers _workers;
    private int _active;    // workers with a lower number take parts

    /// <param name="threads">Total threads, including the caller; at least 1. Where the host has no second one it is 1.</param>
    /// <param name="time">The clock; null for the system's. It detects a busy machine, and no result depends on it.</param>
    public WorkerPool(int threads, TimeProvider? time = null)
        : this(threads, time, static thread => thread.UnsafeStart()) // without the loader's execution context
    {
    }

    /// <param name="start">Starts a thread; tests make it fail.</param>
    internal WorkerPool(int threads, TimeProvider? time, Action<Thread> start)
    {
        if (!Host.HasThreads) threads = 1;
        _time = time ?? TimeProvider.System;
        _workers = new ActiveWorkers(threads, _time.TimestampFrequency);
        _active = threads;
        Threads = threads;
        _asleep = new int[threads];
        try
        {
            for (int i = 1; i < threads; i++)
            {
                int worker = i;
                Thread thread = new(() => Work(worker)) { IsBackground = true, Name = $"sandglass worker {worker}" };
                start(thread);
                _threads.Add(thread);
            }
        }
        catch
        {
            Dispose();  // otherwise the threads already started would spin for ever
            throw;
        }
    }

    /// <summary>Total threads, including the caller.</summary>
    public int Threads { get; }

    /// <summary>Does all parts of a job and returns when they are done.</summary>
    public void Run(Job job, int parts)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts, MostParts);
        if (parts <= 1 || Threads == 1)
        {
            DoAlone(job, parts);
            return;
        }

        lock (_callers)
        {
            _active = _workers.Count;
            if (_active == 1)
            {
                DoAlone(job, parts);
                _workers.Note(_time.GetTimestamp(), waited: 0, part: 0);
                return;
            }

            _job = job;
            _done = 0;
            _failure = null;
            long number = ((_ticket >> 48) + 1) & 0x7FFF;
            Interlocked.Exchange(ref _ticket, (number << 48) | ((long)parts << 24));
            if (ActiveWorkerSleeps())
            {
                lock (_gate) Monitor.PulseAll(_gate);
            }

            long begun = _time.GetTimestamp();
            int own = TakeParts(0);
            long idle = _time.GetTimestamp();
            for (int spins = 0; Volatile.Read(ref _done) < parts; spins++)
            {
                if (spins < SpinsBeforeSleep) Thread.SpinWait(8);
                else Thread.Yield();
            }
            long now = _time.GetTimestamp();
            _workers.Note(now, waited: now - idle, part: (idle - begun) / Math.Max(own, 1));
            _job = null;
            if (_failure is not null) ExceptionDispatchInfo.Capture(_failure).Throw(); // as if the part had run on this thread
        }
    }

    /// <summary>Ends the threads; a job in progress is finished first.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }
        foreach (Thread thread in _threads)
            thread.Join();
    }

    private static void DoAlone(Job job, int parts)
    {
        for (int part = 0; part < parts; part++)
            job.Do(part, 0);
    }

    private void Work(int worker)
    {
        while (true)
        {
            for (int spins = 0; !HasParts(worker); spins++)
            {
                if (spins < SpinsBeforeSleep) Thread.SpinWait(8);
                else if (!Sleep(worker)) return;
            }
            TakeParts(worker);
        }
    }

    /// <summary>Whether one of the active workers sleeps; inactive ones may sleep on.</summary>
    private bool ActiveWorkerSleeps()
    {
        for (int worker = 1; worker < _active; worker++)
        {
            if (Volatile.Read(ref _asleep[worker]) != 0) return true;
        }
        return false;
    }

    private bool HasParts(int worker) => worker < Volatile.Read(ref _active) && HasParts();

    private bool HasParts()
    {
        long ticket = Volatile.Read(ref _ticket);
        return Next(ticket) < Parts(ticket);
    }

    private bool Sleep(int worker)
    {
        lock (_gate)
        {
            // The flag is set before the last look at the ticket, and the caller sets the ticket before it reads the flags: one of the two sees the other.
            Interlocked.Exchange(ref _asleep[worker], 1);
            while (!_stopped && !HasParts(worker))
                Monitor.Wait(_gate);
            Volatile.Write(ref _asleep[worker], 0);
            return !_stopped;
        }
    }

    /// <summary>Processes parts until none is left and returns how many.</summary>
    private int TakeParts(int worker)
    {
        int taken = 0;
        while (HasParts())
        {
            long ticket = Interlocked.Increment(ref _ticket) - 1;
            if (Next(ticket) >= Parts(ticket)) break;

            try
            {
                // The job cannot end, and _job cannot change, before this part is counted as done.
                _job!.Do((int)Next(ticket), worker);
            }
            catch (Exception failure)
            {
                _failure = failure;
            }
            Interlocked.Increment(ref _done);
            taken++;
        }
        return taken;
    }

    private static long Next(long ticket) => ticket & 0xFF_FFFF;

    private static long Parts(long ticket) => (ticket >> 24) & 0xFF_FFFF;
}
