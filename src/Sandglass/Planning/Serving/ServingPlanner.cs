using System.Globalization;
using Sandglass.Generation;
using Sandglass.KvCache;

namespace Sandglass.Planning;

/// <summary>Works out a <see cref="ServingPlan"/>.</summary>
internal sealed class ServingPlanner
{
    private const int MostAccelerators = 1024, InMachine = 8;
    private const double NearlyBest = 0.9;

    private readonly PlannedModel _model;
    private readonly ServingOptions _options;
    private readonly MachineSpeed _machine;
    private readonly MemoryPlan _memory;
    private readonly ServedText _text;
    private readonly int _accelerators;
    private readonly double _room;
    private readonly StepSeconds _seconds;

    public ServingPlanner(PlannedModel model, ServingOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ServingBounds.Check(options);
        (_model, _options, _machine) = (model, options, options.Machine ?? MachineSpeed.Named(options.Hardware));
        _text = new ServedText(options.PromptTokens, options.AnswerTokens, options.HitRate, options.Spread, model.Shape.Context - options.PromptTokens);
        if (_text.Positions >= model.Shape.Context)     // the engine ends a text that is as long as the context, though its last token is never read
            throw new PlanException("plan-option", nameof(options.PromptTokens), $"a prompt that leaves the answer room in {model.Shape.Context} positions",
                $"{options.PromptTokens} and {options.AnswerTokens}");
        _memory = MemoryPlan.For(model, new MemoryOptions { Context = _text.Positions, WeightType = options.WeightType, CacheType = options.CacheType });
        _accelerators = options.Accelerators == 0 ? FewAccelerators() : options.Accelerators;
        (_room, _seconds) = (RoomOf(_accelerators), SecondsOf(_accelerators));
    }

    public ServingPlan Plan(IProgress<ServingProgress>? progress, CancellationToken cancellation)
    {
        ServingBatch[] all = Batches(_text, cancellation), withoutHits = _text.Found == 0 ? all : Batches(_text with { HitRate = 0 }, cancellation);
        ServingBatch chosen = Best(all);
        CacheHome[] homes = Homes(chosen);
        Staffing staffing = new(_options, _text, all[..chosen.Texts], withoutHits[..Best(withoutHits).Texts], _accelerators, _memory.CacheBytes,
            _options.Price.PerHour(_options.Machine is null ? Accelerator.Named(_options.Hardware) : null));
        int simulated = _options.Simulated ?? ServingBounds.UsualSimulation(_options, chosen.Texts);
        return new ServingPlan
        {
            Options = _options,
            Model = _model,
            Machine = _machine,
            Memory = _memory,
            Accelerators = _accelerators,
            CacheRoom = _room,
            Batches = [.. all.Where(batch => int.IsPow2(batch.Texts) || batch == chosen || batch.Texts == all.Length)],
            Chosen = chosen,
            MeanAnswer = _text.MeanAnswer,
            Simulated = simulated,
            Loads = [.. _options.Loads.Select((load, i) => Load(load, chosen, all, simulated,
                within => progress?.Report(new ServingProgress(i, _options.Loads.Count, within)), cancellation))],
            Homes = homes,
            RecomputeSeconds = ServedText.Reading(_seconds, _text.Positions, _options.MaxBatchTokens),
            Scales = [.. _options.Users.Select(users => Scale(staffing, users, homes, cancellation))],
        };
    }

    /// <summary>The fewest that are nearly as good as the best.</summary>
    private int FewAccelerators()
    {
        if (_machine.Engine is not null) return 1;
        int least = 1;
        while (least < MostAccelerators && RoomIn(least) < _memory.CacheBytes) least *= 2;
        List<(int Count, double Rate)> rates = [];
        for (int count = least; count <= Math.Max(least, InMachine); count *= 2)
            rates.Add((count, Largest(_text, RoomOf(count), SecondsOf(count)).RequestsPerSecond / count));
        return rates.Find(one => one.Rate >= NearlyBest * rates.Max(static other => other.Rate)).Count;
    }

    /// <summary>Bytes for keys and values beside the weights.</summary>
    /// <exception cref="PlanException">There is not even room for one text.</exception>
    private double RoomOf(int accelerators)
    {
        double room = RoomIn(accelerators);
        if (room >= _memory.CacheBytes) return room;
        double model = (_memory.WeightBytes + _memory.ActivationBytes) / 1e9, text = _memory.CacheBytes / 1e9;
        string expected = string.Create(CultureInfo.InvariantCulture, $"room for {model:F1} GB of weights and activations and {text:F1} GB of one text");
        string found = string.Create(CultureInfo.InvariantCulture,
            $"{accelerators} of {_machine.MemoryBytes / 1e9:F1} GB, of which {100 * _options.MemoryShare:F0} % may be taken");
        throw new PlanException("plan-serving-memory", nameof(_options.Accelerators), expected, found);
    }

    private double RoomIn(int accelerators) => accelerators * _machine.MemoryBytes * _options.MemoryShare - _memory.WeightBytes - _memory.ActivationBytes;

    private StepSeconds SecondsOf(int accelerators) => new StepTime(_model, _machine, new TimeOptions
    {
        WeightType = _options.WeightType,
        CacheType = _options.CacheType,
        Count = accelerators,
        Reached = _options.Reached,
    }).OfStep;

    /// <summary>Texts at once at most.</summary>
    private int Most(double room) =>
        (int)Math.Min(Math.Min(_options.MaxBatch, _options.MaxBatchTokens - StepBudget.SmallestShare), (long)(room / _memory.CacheBytes));

    /// <summary>The largest batch that keeps the objectives, which the more texts the harder are to keep; else one text.</summary>
    private ServingBatch Largest(ServedText text, double room, StepSeconds seconds)
    {
        ServingBatch kept = Batch(1, text, seconds);
        for (int most = Most(room); kept.Texts < most;)
        {
            ServingBatch middle = Batch((kept.Texts + most + 1) / 2, text, seconds);
            if (middle.Keeps) kept = middle;
            else most = middle.Texts - 1;
        }
        return kept;
    }

    private ServingBatch[] Batches(ServedText text, CancellationToken cancellation)
    {
        ServingBatch[] all = new ServingBatch[Most(_room)];
        for (int texts = 1; texts <= all.Length; texts++)
        {
            cancellation.ThrowIfCancellationRequested();
            all[texts - 1] = Batch(texts, text, _seconds);
        }
        return all;
    }

    private ServingBatch Batch(int texts, ServedText text, StepSeconds seconds)
    {
        ServingBatch batch = ServingBatch.Of(texts, text, seconds, _options.MaxBatchTokens);
        return batch with { Keeps = batch.SecondsToFirst <= _options.FirstWithin && batch.SecondsPerToken <= _options.TokenWithin };
    }

    private static ServingBatch Best(ServingBatch[] batches) =>
        batches.Where(static batch => batch.Keeps).MaxBy(static batch => batch.RequestsPerSecond) ?? batches[0];

    private static ServingScale Scale(Staffing staffing, double users, CacheHome[] homes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return staffing.For(users, homes);
    }

    private ServingLoad Load(
        double load, ServingBatch chosen, ServingBatch[] batches, int simulated, Action<double> done, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        double rate = load * chosen.RequestsPerSecond, variation = chosen.VariationOf(_text);
        BatchQueue queue = BatchQueue.Of(chosen.Texts, rate, texts => batches[texts - 1].Seconds, variation);
        return new ServingLoad
        {
            Load = load,
            RequestsPerSecond = rate,
            Waits = ErlangC.Waits(chosen.Texts, rate * chosen.Seconds),
            MeanWait = ErlangC.MeanWait(chosen.Texts, rate, chosen.Seconds, variation),
            Wait95 = ErlangC.WaitBut(Staffing.Late, chosen.Texts, rate, chosen.Seconds, variation),
            BatchWaits = queue.Waits,
            BatchWait = queue.MeanWait,
            BatchWait95 = queue.WaitBut(Staffing.Late),
            BatchTexts = queue.MeanTexts,
            Simulated = simulated == 0 ? null : Simulation(chosen, simulated).Run(rate, done, cancellation),
        };
    }

    private ServingSimulation Simulation(ServingBatch chosen, int requests) => new()
    {
        Text = _text,
        StepSeconds = _seconds,
        Places = chosen.Texts,
        StepTokens = _options.MaxBatchTokens,
        PageSets = (long)(_room / _memory.CacheBytes * CacheShape.PagesFor((int)_text.Positions)),
        Requests = requests,
        Seed = _options.Seed,
    };

    private CacheHome[] Homes(ServingBatch chosen)
    {
        IdleCacheOptions idle = _options.IdleCache;
        double bytes = _memory.CacheBytes, left = _room - chosen.Texts * bytes;
        CacheHome Home(string name, double room, double seconds) => new(name, room, Math.Floor(room / bytes), seconds);
        return
        [
            Home("accelerator", left, 0),
            Home("host", _accelerators * idle.HostBytes, bytes / (_accelerators * idle.HostBytesPerSecond)),
            Home("disk", _accelerators * idle.DiskBytes, bytes / (_accelerators * idle.DiskBytesPerSecond)),
        ];
    }
}
