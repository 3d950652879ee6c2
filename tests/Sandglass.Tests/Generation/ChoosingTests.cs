using System.Collections.Concurrent;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.Sampling;
using Sandglass.Tests.Transformer;
using Sandglass.Transformer;

namespace Sandglass.Tests.Generation;

/// <summary>Rows that are worked out side by side: whose they are, in which order, and what a failure ends.</summary>
public sealed class ChoosingTests : IClassFixture<TypedModelFiles>, IDisposable
{
    private readonly SmallRun _run;
    private readonly TokenBuffer _logits = new(StepBudget.Sequences, TypedModel.Vocabulary);
    private readonly WorkerPool _pool = new(3);
    private readonly Stepper _stepper;

    public ChoosingTests(TypedModelFiles files)
    {
        _run = new SmallRun(files[TensorType.Q4_0], ComputeMode.Fast);
        Choosing choosing = new(_pool, new SamplingBuffers(TypedModel.Vocabulary)) { FloatsToShare = 1 };
        _stepper = new Stepper(_run.Decoder, _logits, choosing);
    }

    [Fact]
    public void Each_row_is_prepared_and_then_taken_in_the_order_of_its_sequence()
    {
        Rows[] sequences = [.. Enumerable.Range(0, 9).Select(i => new Rows([.. Enumerable.Range(1, 3 + 5 * i)], _run.Pages))];
        Run(sequences);
        foreach (Rows rows in sequences)
        {
            int count = rows.Length;
            Assert.Equal(Enumerable.Range(0, count).SelectMany(row => new[] { ("prepared", row), ("taken", row) }), rows.Did);
            Assert.Equal(count, rows.Prepared.Distinct().Count());                                  // rows of their own
            Assert.Equal(rows.Prepared, rows.Taken);
            Assert.Single(rows.Takers.Distinct(), Environment.CurrentManagedThreadId);              // as all that callers hear
        }
        Assert.Equal(0, _run.Pages.Held);
    }

    [Fact]
    public void Workers_have_buffers_of_their_own()
    {
        Rows[] sequences = [.. Enumerable.Range(0, 40).Select(_ => new Rows([1, 2, 3], _run.Pages) { Pause = 200 })];
        Run(sequences);
        ILookup<SamplingBuffers, int> threads = sequences.SelectMany(rows => rows.Workers).ToLookup(one => one.Buffers, one => one.Thread);
        Assert.All(threads, buffers => Assert.Single(buffers.Distinct()));
    }

    [Fact]
    public void What_fails_for_one_row_ends_its_sequence_and_no_other()
    {
        Rows[] sequences = [.. Enumerable.Range(0, 8).Select(i => new Rows([1, 2, 3, 4], _run.Pages) { FailsAt = i == 2 ? 1 : i == 5 ? 0 : null })];
        Run(sequences);
        for (int i = 0; i < sequences.Length; i++)
        {
            bool fails = i is 2 or 5;
            Assert.Equal(fails ? $"row {sequences[i].FailsAt}" : null, sequences[i].Told?.Message);
            Assert.Equal(fails ? sequences[i].FailsAt!.Value : 4, sequences[i].Taken.Count);
        }
    }

    public void Dispose()
    {
        _pool.Dispose();
        _logits.Dispose();
        _run.Dispose();
    }

    private void Run(Rows[] sequences)
    {
        foreach (Rows rows in sequences) _stepper.Scheduler.Add(rows);
        for (int step = 0; !_stepper.Scheduler.IsIdle; step++)
        {
            Assert.InRange(step, 0, 100);
            _stepper.Step();
        }
    }

    /// <summary>Wants the logits of all its positions, and notes what becomes of them.</summary>
    private sealed class Rows(int[] ids, PagePool pages) : Sequence(ids, ids.Length, pages)
    {
        public int? FailsAt { get; init; }

        public int Pause { get; init; }

        public List<(string What, int Row)> Did { get; } = [];

        public List<string> Prepared { get; } = [];

        public List<string> Taken { get; } = [];

        public List<int> Takers { get; } = [];

        public ConcurrentBag<(SamplingBuffers Buffers, int Thread)> Workers { get; } = [];

        public Exception? Told { get; private set; }

        public override int LongestChunk => int.MaxValue;

        public override int FirstScored => Taken.Count;

        public override void CheckInterruption() { }

        public override void ChunkRead() { }

        public override void Prepare(ReadOnlySpan<float> logits, SamplingBuffers buffers)
        {
            Workers.Add((buffers, Environment.CurrentManagedThreadId));
            Thread.SpinWait(Pause);
            Did.Add(("prepared", Prepared.Count));
            if (Prepared.Count == FailsAt) throw new InvalidOperationException($"row {FailsAt}");
            Prepared.Add(LogitsHash.Of(logits));
        }

        public override void Take(ReadOnlySpan<float> logits)
        {
            Takers.Add(Environment.CurrentManagedThreadId);
            Did.Add(("taken", Taken.Count));
            Taken.Add(LogitsHash.Of(logits));
            IsOver = Taken.Count == Length;
        }

        public override void Close() => IsOver = true;

        protected override void Complete(long cacheBytes) { }

        protected override void Complete(Exception failure) => Told = failure;
    }
}
