using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Generation;

/// <summary>
/// Thousands of random mixes within tiny budgets, on a model that takes no time: texts, samples, beams, scores, guesses, cancellations, slow readers; of
/// several priorities and tenants, with times by which they must begin, in few places and small steps.
/// </summary>
/// <remarks>
/// The invariant: the first in order is never preempted and can always go on. So each gets what it gets alone, none fails that fits alone, nothing hangs, and
/// no page is held afterwards.
/// </remarks>
public sealed class SchedulingMixTests : IClassFixture<TypedModelFiles>
{
    private const string TooLate = "too late";
    private const int Vocabulary = 40, Context = 256, MostSteps = 20_000;

    private readonly Tokenizer _tokenizer;
    private readonly HashModel _model = new(Vocabulary);
    private readonly SamplingBuffers _buffers = new(Vocabulary);

    public SchedulingMixTests(TypedModelFiles files)
    {
        using ModelFile file = ModelFile.Open(files[TensorType.Q4_0]);
        _tokenizer = Tokenizer.From(file.Metadata);
    }

    [Theory, InlineData(1, 0, false), InlineData(2, 0, false), InlineData(3, 40, false), InlineData(4, 0, true), InlineData(5, 40, true)]
    [InlineData(6, 0, true, true), InlineData(7, 40, false, true)]
    public async Task Every_text_is_what_it_is_alone(int seed, int window, bool areServed, bool isShared = false)
    {
        Random random = new(seed);
        CacheShape shape = HashModel.Shape with { Window = window };
        Asked[] asked = [.. Enumerable.Range(0, 60).Select(_ => Ask(random, shape))];
        string[][] alone = new string[asked.Length][];
        int preemptions = 0, late = 0;
        long grown = 0, given = 0;
        for (int i = 0; i < asked.Length; i++)
        {
            using PagePool ample = new(shape);
            alone[i] = (await RunAll([(asked[i], 0, -1)], ample))[0];
        }
        for (int mix = 0; mix < 700; mix++)
        {
            (int Which, int At, int CancelAt)[] members =
                [.. Enumerable.Range(0, random.Next(2, 7))
                    .Select(_ => (random.Next(asked.Length), random.Next(20), random.Next(5) == 0 ? random.Next(60) : -1))];
            long enough = members.Max(member => asked[member.Which].Least);
            Rival? rival = isShared ? new Rival(random.Next(), random.Next(1, 12) * shape.SetBytes) : null;
            using PagePool tight = rival is null ? new(shape, (enough + random.Next(6)) * shape.SetBytes) : rival.Pool(shape, enough, random.Next(3));
            (Asked, int, int)[] mixed = [.. members.Select(member =>
            (areServed ? Served(asked[member.Which], random) : asked[member.Which], member.At, member.CancelAt))];
            ModelOptions options = areServed ? Options(random) : new ModelOptions();
            string[][] found = await RunAll(mixed, tight, count => preemptions += count, options, rival);

            for (int i = 0; i < members.Length; i++)
            {
                if (members[i].CancelAt >= 0 && asked[members[i].Which].Kind == Kind.Beams) continue;   // what all beams had in common by then
                string[] expected = alone[members[i].Which];
                for (int text = 0; text < expected.Length; text++)
                {
                    if (found[i][text] == TooLate)
                    {
                        late++;
                        Assert.True(mixed[i].Item1.Ticket.StartBy < long.MaxValue);
                        continue;
                    }
                    if (found[i][text].EndsWith('!')) Assert.StartsWith(found[i][text].TrimEnd('!'), expected[text], StringComparison.Ordinal);
                    else Assert.Equal(expected[text], found[i][text]);
                }
            }
            Assert.Equal(0, tight.Held);
            (grown, given) = (grown + (rival?.Grown ?? 0), given + (rival?.Given ?? 0));
        }
        if (isShared) Assert.True(grown > 500 && given > 500, $"grown {grown}, given {given}");
        Assert.True(preemptions > 100);     // it was tight
        if (areServed) Assert.InRange(late, 50, 1000);
        else Assert.Equal(0, late);
    }

    private static ModelOptions Options(Random random) => new()
    {
        MaxBatch = random.Next(1, 5),
        MaxBatchTokens = random.Next(2) == 0 ? 0 : random.Next(StepBudget.FewestTokens, 70),
        TenantWeights = new Dictionary<string, double> { ["b"] = 0.3 },
    };

    private static Asked Served(Asked asked, Random random) => asked with
    {
        Ticket = new Ticket
        {
            Priority = random.Next(-1, 2),
            Tenant = random.Next(2) == 0 ? "a" : "b",
            PromptTokens = asked.Prompt.Length,
            StartWithin = TimeSpan.FromSeconds(1),
            StartBy = random.Next(3) == 0 ? random.Next(90) : long.MaxValue,
        },
    };

    /// <summary>Runs some together, each from a step on, and gives the texts of each; one that was cancelled ends with "!".</summary>
    private async Task<string[][]> RunAll((Asked Asked, int At, int CancelAt)[] members, PagePool pages, Action<int>? preemptions = null,
        ModelOptions? options = null, Rival? rival = null)
    {
        StepsAsTime time = new();
        options = (options ?? new ModelOptions()) with { Time = time };
        Scheduler scheduler = new(options, new WaitingRoom(options, new EngineSpeed(time), pages));
        CancellationTokenSource[] cancel = [.. members.Select(_ => new CancellationTokenSource())];
        Func<Task<string>>[][] texts = new Func<Task<string>>[members.Length][];     // read when all is over: none is longer than what may be unread
        for (int step = 0; step <= 20 || !scheduler.IsIdle; step++)
        {
            Assert.InRange(step, 0, MostSteps);
            time.Step = step;
            for (int i = 0; i < members.Length; i++)
            {
                if (members[i].At == step) texts[i] = Submit(members[i].Asked, scheduler, pages, cancel[i].Token);
                if (members[i].CancelAt == step) await cancel[i].CancelAsync();
            }
            SequenceGroup? first = scheduler.First;
            _model.Step(scheduler,
            () =>
            {
                // only one that waited, or rested, and comes before it
                if (first is { Members.Length: > 0, IsHeldUp: false, IsAdmitted: false }) Assert.True(ServiceOrder.IsBefore(scheduler.First!, first));
            });
            Assert.InRange(pages.Held, 0, pages.Capacity);
            rival?.Act(pages, scheduler);
        }
        preemptions?.Invoke(scheduler.Preemptions);
        return await Task.WhenAll(texts.Select(member => Task.WhenAll(member.Select(read => read()))));
    }

    private Func<Task<string>>[] Submit(Asked asked, Scheduler scheduler, PagePool pages, CancellationToken cancellation)
    {
        if (asked.Kind == Kind.Slow)
        {
            SlowReader slow = new(asked, pages);
            scheduler.Add(slow);
            return [() => slow.Text];
        }
        if (asked.Kind == Kind.Score)
        {
            OutputQueue<TokenScore> scores = new();
            scores.BeginReading();
            cancellation.Register(scores.Cancel);
            scheduler.Add(new ScoredSequence(asked.Prompt, new ScoreOptions(), pages, scores, cancellation, asked.NewTicket));
            return [() => Read(scores)];
        }
        GenerationOutput[] outputs = [.. Enumerable.Range(0, asked.Samples).Select(_ => new GenerationOutput(cancellation))];
        GenerationRequest request = new()
        {
            Prompt = asked.Prompt,
            Ticket = asked.NewTicket,
            Options = asked.Options,
            Model = new ModelOptions(),
            Tokenizer = _tokenizer,
            Pages = pages,
            Buffers = _buffers,
            Positions = Context,
            Seed = 0,
            EndIds = new HashSet<int>(),
        };
        GeneratedSequence Sample(int number, GeneratedSequence? first, Siblings? siblings) =>
            new(request, number, outputs[number], first, asked.Options.Draft == DraftKind.Lookup ? new LookupDrafter() : null) { Siblings = siblings };
        scheduler.Add(asked.Options.Beams is null
            ? Sample(0, null, asked.Samples == 1 ? null : new Siblings(outputs[1..], (first, i) => Sample(i + 1, first, null)))
            : new BeamSearch(request, outputs[0]).Root);
        return [.. outputs.Select(output => new TextGeneration(output)).Select(text => (Func<Task<string>>)(() => Read(text)))];
    }

    private static async Task<string> Read(TextGeneration output)
    {
        if (await IsTooLate(output.Result)) return TooLate;
        Run run = await Run.Read(output);
        string text = string.Concat(run.Ids.Select(id => $"{id},"));
        if (run.Result.Finish == FinishReason.Cancelled) return text + "!";
        return run.Result.Beams is null ? text
            : string.Join(';', run.Result.Beams.Select(beam => $"{string.Concat(beam.Ids.Select(id => $"{id},"))}{beam.Score}"));
    }

    private static async Task<string> Read(OutputQueue<TokenScore> scores)
    {
        string text = "";
        try
        {
            while (await scores.WaitAsync())
            {
                while (scores.TryRead(out TokenScore? score)) text += $"{score.Logprob},";
            }
        }
        catch (OperationCanceledException)
        {
            text += "!";
        }
        catch (BusyException)
        {
            return TooLate;
        }
        return text;
    }

    private static async Task<bool> IsTooLate(Task<GenerationResult> result)
    {
        try
        {
            await result;
            return false;
        }
        catch (BusyException)
        {
            return true;
        }
    }

    private static Asked Ask(Random random, CacheShape shape)
    {
        int length = random.Next(1, 100);
        int[] prompt = [.. Enumerable.Repeat(random.Next(3), 40).Concat(Enumerable.Range(0, 60).Select(_ => random.Next(20))).Take(length)];
        Kind kind = (Kind)random.Next(5);
        if (kind == Kind.Score && length == 1) kind = Kind.Text;
        GenerationOptions options = new()
        {
            MaxTokens = random.Next(1, 70),
            EndIds = [],
            ShareCache = random.Next(2) == 0,
            NoCache = random.Next(12) == 0,
            Sampling = random.Next(2) == 0 ? SamplerOptions.Greedy : new SamplerOptions { TopK = 3 },
            Draft = kind == Kind.Text && random.Next(2) == 0 ? DraftKind.Lookup : DraftKind.None,
            Beams = kind == Kind.Beams ? new BeamOptions { Beams = random.Next(2, 7) } : null,
        };
        if (kind == Kind.Beams) options = options with { Sampling = SamplerOptions.Greedy };
        CacheNeed need = new(shape, length, options.Beams?.Beams ?? 1, Shares: !options.NoCache);
        int positions = kind == Kind.Score ? length - 1 : Math.Max(length, length + options.MaxTokens!.Value - 1);
        return new Asked(kind, prompt, options, kind == Kind.Samples ? random.Next(2, 7) : 1, need.Least(positions));
    }

    private enum Kind
    {
        Text,
        Samples,
        Beams,
        Score,
        Slow,
    }

    private sealed record Asked(Kind Kind, int[] Prompt, GenerationOptions Options, int Samples, long Least)
    {
        public Ticket Ticket { get; init; } = new();

        /// <summary>For each request of its own.</summary>
        public Ticket NewTicket => new()
        {
            Priority = Ticket.Priority,
            Tenant = Ticket.Tenant,
            PromptTokens = Prompt.Length,
            StartWithin = Ticket.StartWithin,
            StartBy = Ticket.StartBy,
        };
    }

    /// <summary>Another model with which the pool shares its budget: it takes, gives and asks for what it likes, and has the pool do after each step what an
    /// engine does.</summary>
    private sealed class Rival
    {
        private readonly SharedCache _shared = new();
        private readonly CachePart _part;
        private readonly Random _random;
        private readonly long _brought;

        public Rival(int seed, long brought)
        {
            (_random, _brought) = (new Random(seed), brought);
            _part = new CachePart(_shared, brought, 0, static () => { });
            _shared.Join(_part);
        }

        /// <summary>Page sets that the pool had beyond its floor, in all steps, and those that it gave back.</summary>
        public long Grown { get; private set; }

        /// <inheritdoc cref="Grown"/>
        public long Given { get; private set; }

        public PagePool Pool(CacheShape shape, long floor, int more)
        {
            PagePool pool = new(shape, floor * shape.SetBytes, part: new CachePart(_shared, (floor + more) * shape.SetBytes, floor * shape.SetBytes,
                static () => { }));
            pool.Join();
            return pool;
        }

        public void Act(PagePool pool, Scheduler scheduler)
        {
            long before = pool.Capacity;
            Grown += Math.Max(0, before - pool.Floor);
            pool.Tell();
            if (pool.Owed is > 0 and long owed && !(pool.Asks && scheduler.HasPreempted)) pool.Give(owed, scheduler.Promised);
            Given += before - pool.Capacity;
            if (_random.Next(4) == 0) _shared.TryTake(_part, _random.NextInt64(_brought), isUrgent: _random.Next(2) == 0);
            if (_part.Lent > 0 && _random.Next(6) == 0) _shared.Give(_part, _part.Lent);
            if (_random.Next(6) == 0) _shared.Want(_part, _random.Next(2) * _random.NextInt64(_brought));
        }
    }

    /// <summary>A clock that shows the number of the step.</summary>
    private sealed class StepsAsTime : TimeProvider
    {
        public long Step { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Step;
    }

    /// <summary>A text whose reader is too far behind now and then, for some steps.</summary>
    private sealed class SlowReader(Asked asked, PagePool pages)
        : Sequence([.. asked.Prompt], asked.Prompt.Length, pages, new SequenceGroup(new RowShare(asked.NewTicket)))
    {
        private readonly TaskCompletionSource<string> _text = new();
        private int _polls;

        public Task<string> Text => _text.Task;

        public override int LongestChunk => 20;

        public override int FirstScored => Length - 1;

        protected override bool MustRest => _polls++ / 8 % 2 == 1;

        public override void CheckInterruption() { }

        public override void ChunkRead() { }

        public override void Take(ReadOnlySpan<float> logits)
        {
            int best = 0;
            for (int id = 1; id < logits.Length; id++)
                if (logits[id] > logits[best]) best = id;
            Append(best);
            IsOver = Length == asked.Prompt.Length + asked.Options.MaxTokens;
        }

        public override void Close() => IsOver = true;

        protected override void Complete(long cacheBytes) => _text.SetResult(string.Join(',', Ids.ToArray()));

        protected override void Complete(Exception failure)
        {
            if (failure is BusyException) _text.SetResult(TooLate);
            else _text.SetException(failure);
        }
    }
}
