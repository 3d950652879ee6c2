namespace Sandglass.SideBySide;

/// <summary>All figures, and the loop that collects them: engines take turns on the same file, and each round another one begins.</summary>
internal sealed class Comparison(Plan plan, SandglassTool ours, IReadOnlyList<Engine> peers, TextWriter progress)
{
    /// <summary>A setting that is this much slower in the first round is not tried again.</summary>
    private const double Hopeless = 0.9;

    private readonly Dictionary<(string Model, int Threads, Cell Cell), Dictionary<Contestant, Series>> _figures = [];

    public Plan Plan => plan;

    public SandglassTool Ours => ours;

    public IReadOnlyList<Engine> Peers => peers;

    public List<string> Failures { get; } = [];

    public bool IsComplete { get; private set; }

    public async Task MeasureAsync(Action afterEachGroup, CancellationToken cancellation)
    {
        foreach (string model in plan.Models)
        {
            foreach (int threads in plan.Threads)
            {
                foreach ((Cell[] cells, int rounds) in plan.Groups())
                {
                    await MeasureAsync(model, threads, cells, rounds, cancellation);
                    afterEachGroup();
                }
            }
        }
        IsComplete = true;
        afterEachGroup();
    }

    /// <summary>The result of a cell, or null where we have no figure.</summary>
    public CellResult? Result(string model, int threads, Cell cell)
    {
        if (!_figures.TryGetValue((model, threads, cell), out Dictionary<Contestant, Series>? all)) return null;
        (Contestant Contestant, Series Series)[] best = [.. all
            .Where(entry => !entry.Value.IsEmpty)
            .GroupBy(entry => entry.Key.Engine)
            .Select(settings => settings.MaxBy(entry => entry.Value.Median))
            .Select(entry => (entry.Key, entry.Value))];
        Series? own = best.FirstOrDefault(entry => entry.Contestant.Engine == ours).Series;
        return own is null ? null : new CellResult(own, [.. best.Where(entry => entry.Contestant.Engine != ours)]);
    }

    private async Task MeasureAsync(string model, int threads, Cell[] cells, int rounds, CancellationToken cancellation)
    {
        List<Contestant> contestants = [.. ((IEnumerable<Engine>)[ours, .. peers]).SelectMany(engine => engine.Settings(cells[0].Kind).Select(setting => new Contestant(engine, setting)))];
        for (int round = 0; round < rounds && contestants.Count > 0; round++)
        {
            foreach (Contestant contestant in (Contestant[])[.. contestants.Skip(round % contestants.Count), .. contestants.Take(round % contestants.Count)])
            {
                progress.Write($"{Path.GetFileName(model)} · {threads} thread{(threads == 1 ? "" : "s")} · round {round + 1} of {rounds} · {contestant.Name}: ");
                progress.Flush();
                try
                {
                    IReadOnlyDictionary<Cell, double> figures = await contestant.Engine.MeasureAsync(model, threads, cells, contestant.Setting, plan.Repeat, cancellation);
                    foreach ((Cell cell, double rate) in figures) SeriesOf(model, threads, cell, contestant).Add(round, rate);
                    progress.WriteLine(string.Join(", ", figures.Select(figure => $"{figure.Key.Name} {Amount.Rate(figure.Value)}")));
                }
                catch (InvalidOperationException failure)
                {
                    contestants.Remove(contestant);
                    Failures.Add($"{contestant.Name}, {Path.GetFileName(model)}, threads: {threads}: {failure.Message}");
                    progress.WriteLine("failed: " + failure.Message);
                }
            }
            if (round == 0) contestants.RemoveAll(contestant => IsHopeless(contestant, contestants, model, threads, cells));
        }
    }

    private bool IsHopeless(Contestant contestant, List<Contestant> contestants, string model, int threads, Cell[] cells) =>
        contestants.Any(other => other.Engine == contestant.Engine
            && cells.All(cell => SeriesOf(model, threads, cell, contestant).Median < Hopeless * SeriesOf(model, threads, cell, other).Median));

    private Series SeriesOf(string model, int threads, Cell cell, Contestant contestant)
    {
        if (!_figures.TryGetValue((model, threads, cell), out Dictionary<Contestant, Series>? all)) _figures[(model, threads, cell)] = all = [];
        if (!all.TryGetValue(contestant, out Series? series)) all[contestant] = series = new Series();
        return series;
    }
}
