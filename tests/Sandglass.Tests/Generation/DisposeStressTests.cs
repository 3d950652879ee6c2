using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>A model that is disposed of while texts of every kind run, within little memory, with readers that leave when they like: every caller hears of an
/// end, nothing hangs, no page stays held.</summary>
public class DisposeStressTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);   // for what would never come

    public static TheoryData<int> Rounds => [.. Enumerable.Range(0, 20)];

    [Theory, MemberData(nameof(Rounds))]
    public async Task Everything_ends(int seed)
    {
        Random random = new(seed);
        LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions
        {
            Draft = seed % 2 == 0 ? "embedded:grain-1m" : null,
            Window = seed % 3 == 0 ? 40 : 0,
            CacheMemory = 3_000_000,
        });
        Task[] callers = [.. Enumerable.Range(0, 16).Select(_ => Caller(model, random.Next()))];
        for (int i = random.Next(3); i > 0; i--) await Task.WhenAny(callers).WaitAsync(Patience);
        for (int i = random.Next(40); i > 0; i--) await Task.Yield();

        await Task.WhenAll(Task.Run(model.Dispose), Task.Run(model.Dispose)).WaitAsync(Patience);
        await Task.WhenAll(callers).WaitAsync(Patience);
        Assert.Equal(0, model.Pages.Held);
        Assert.Equal(0, model.DraftPages?.Held ?? 0);
        Assert.Throws<ObjectDisposedException>(() => { model.GenerateAsync("The king"); });
    }

    private static Task Caller(LanguageModel model, int seed) => Task.Run(async () =>
    {
        Random random = new(seed);
        using CancellationTokenSource cancel = new();
        int[] prompt = Evidence.Ids(random.Next(1, 150), 4096);
        try
        {
            switch (random.Next(5))
            {
                case 0:
                    await Score(model, prompt, random);
                    break;
                case 1:
                    await Task.WhenAll(model.GenerateSamples(prompt, random.Next(2, 6), Options(random), cancel.Token)
                        .Select(sample => Read(sample, random.Next(), cancel)));
                    break;
                case 2:
                    await Read(model.GenerateAsync(prompt,
                        Options(random) with { Beams = new BeamOptions { Beams = random.Next(2, 5) }, Draft = DraftKind.None, MaxTokens = 30 }, cancel.Token),
                        random.Next(), cancel);
                    break;
                case 3:
                    await model.CompleteAsync(prompt, Options(random), cancel.Token);
                    break;
                default:
                    await Read(model.GenerateAsync(prompt, Options(random) with { Draft = model.Options.Draft is null ? DraftKind.Lookup : DraftKind.Model },
                        cancel.Token), random.Next(), cancel);
                    break;
            }
        }
        catch (Exception expected) when (expected is ObjectDisposedException or GenerationException { Code: "cache-too-small" })
        {
        }
    });

    private static GenerationOptions Options(Random random) => new()
    {
        Sampling = new SamplerOptions { Seed = (ulong)random.Next() },
        IgnoreEnd = true,
        MaxTokens = random.Next(1, 300),
        PrefillChunk = random.Next(0, 40),
    };

    /// <summary>To the end, for some tokens, for none, or until somebody cancels.</summary>
    private static async Task Read(TextGeneration generation, int seed, CancellationTokenSource cancel)
    {
        Random random = new(seed);
        int way = random.Next(5), tokens = random.Next(60);
        if (way == 0) await generation.DisposeAsync();
        else if (way == 1) await using (generation.GetAsyncEnumerator()) { }
        else
        {
            await foreach (GeneratedToken token in generation)
            {
                if (token.Index < tokens) continue;
                if (way == 2) break;
                if (way == 3) await cancel.CancelAsync();
            }
        }
        await generation.Result;
    }

    private static async Task Score(LanguageModel model, int[] ids, Random random)
    {
        int scores = random.Next(200);
        await foreach (TokenScore score in model.ScoreAsync(ids, new ScoreOptions { PrefillChunk = random.Next(0, 30) }))
        {
            if (score.Index == scores) break;
        }
    }
}
