using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

/// <summary>A stepped engine and what its observer was told, read after each step.</summary>
internal sealed class WatchedBatch : IDisposable
{
    private const int MostSteps = 4000;

    private readonly BatchWatch _watch;

    public WatchedBatch(ModelOptions options)
    {
        Model = LanguageModel.LoadEmbedded("grain-1m", options with { IsStepped = true, Threads = 1 });
        _watch = Model.WatchBatch();
    }

    public LanguageModel Model { get; }

    public BatchWatch Watch => _watch;

    /// <summary>All steps that were told.</summary>
    public List<BatchStep> Steps { get; } = [];

    /// <summary>What was told of one text, step by step.</summary>
    public BatchPlace[] Of(long text) => [.. Steps.SelectMany(step => step.Places).Where(place => place.Text == text)];

    /// <summary>What a text did, without repetition.</summary>
    public PlacePhase[] PhasesOf(long text)
    {
        List<PlacePhase> phases = [];
        foreach (BatchPlace place in Of(text))
            if (phases.Count == 0 || phases[^1] != place.Phase) phases.Add(place.Phase);
        return [.. phases];
    }

    /// <summary>Begins a text whose tokens wait in memory: its result alone is asked for.</summary>
    public Task<GenerationResult> Begin(int prompt, int tokens, string tenant = "", int chunk = 0) =>
        Model.GenerateAsync(Evidence.Ids(prompt, 4096), Options(tokens, tenant, chunk)).Result;

    public static GenerationOptions Options(int tokens, string tenant = "", int chunk = 0) => new()
    {
        MaxTokens = tokens,
        IgnoreEnd = true,
        Sampling = Evidence.Sampled,
        Tenant = tenant,
        PrefillChunk = chunk,
        ShareCache = false,
    };

    /// <summary>Steps once, and reads what is told.</summary>
    public void Step()
    {
        Model.Step();
        while (_watch.TryRead(out BatchStep? step)) Steps.Add(step);
    }

    /// <summary>Steps until some texts have ended.</summary>
    public void StepUntil(params Task[] texts)
    {
        for (int steps = 0; !texts.All(text => text.IsCompleted); steps++)
        {
            Assert.True(steps < MostSteps, "the texts do not end");
            Step();
        }
    }

    public void Dispose()
    {
        _watch.Dispose();
        Model.Dispose();
    }
}
