using System.Runtime.CompilerServices;
using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

/// <summary>An endless text ends when its caller has no more use for it, however that comes about, and its pages are free.</summary>
public sealed class AbandonTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);   // for what would never come, on a machine that is busy
    private static readonly GenerationOptions Endless = new() { IgnoreEnd = true };

    private static readonly CancellationTokenSource LivesOn = new();
    private readonly LanguageModel _model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Window = 64 });

    public static TheoryData<string> Ways => [.. Leave.Keys];

    private static Dictionary<string, Func<TextGeneration, Task>> Leave { get; } = new()
    {
        ["the enumerator is disposed of before its first step"] = async generation =>
        {
            await using (IAsyncEnumerator<GeneratedToken> tokens = generation.GetAsyncEnumerator()) { }
        },
        ["another stream ends before the first step"] = async generation =>
        {
            await foreach (var _ in AsyncEnumerable.Empty<int>().Zip(generation)) { }
        },
        ["one token is taken"] = async generation =>
        {
            await foreach (GeneratedToken _ in generation.Take(1)) { }
        },
        ["none is taken"] = async generation =>     // which never asks for an enumerator: the result alone is asked for, and nothing else would end the text
        {
            await foreach (GeneratedToken _ in generation.Take(0)) { }
        },
        ["it is disposed of"] = async generation => await generation.DisposeAsync(),
        ["it is disposed of while it is read"] = async generation =>
        {
            await foreach (GeneratedToken _ in generation) await generation.DisposeAsync();
        },
    };

    [Theory, MemberData(nameof(Ways))]
    public async Task It_is_cancelled_when(string way)
    {
        TextGeneration generation = _model.GenerateAsync("Once", Endless);
        await Leave[way](generation);

        Assert.Equal(FinishReason.Cancelled, (await generation.Result.WaitAsync(Patience)).Finish);
        Assert.Equal(0, _model.Pages.Held);
        await generation.DisposeAsync();    // once more is no harm
    }

    public static TheoryData<string> Drops => [.. Drop.Keys];

    private static Dictionary<string, Func<LanguageModel, Task>> Drop { get; } = new()
    {
        ["untouched"] = model =>
        {
            model.GenerateAsync("Once", Endless);
            return Task.CompletedTask;
        },
        ["after a token, by a loop whose token lives on"] = async model =>
            Assert.True(await model.GenerateAsync("Once", Endless).GetAsyncEnumerator(LivesOn.Token).MoveNextAsync()),
        ["after a token"] = async model => Assert.True(await model.GenerateAsync("Once", Endless).GetAsyncEnumerator().MoveNextAsync()),
        ["a trace, untouched"] = model =>
        {
            model.TraceAsync("Once", Endless);
            return Task.CompletedTask;
        },
        ["a trace, after a step"] = async model => Assert.True(await model.TraceAsync("Once", Endless).GetAsyncEnumerator().MoveNextAsync()),
        ["after a score"] = async model =>
            Assert.True(await model.ScoreAsync(Evidence.Ids(1024, 4096), new ScoreOptions { PrefillChunk = 1 }).GetAsyncEnumerator().MoveNextAsync()),
    };

    [Theory, MemberData(nameof(Drops))]
    public async Task It_is_cancelled_when_it_is_dropped(string when)
    {
        await Drop[when](_model);

        Assert.True(SpinWait.SpinUntil(() => Collected() && _model.Pages.Held == 0, Patience));
    }

    [Fact]
    public async Task It_goes_on_while_only_its_result_is_held()
    {
        Task<GenerationResult> result = ResultAlone(_model);
        for (int i = 0; i < 5; i++) Collected();

        Assert.Equal(FinishReason.Length, (await result.WaitAsync(Patience)).Finish);
    }

    [Fact]
    public async Task A_model_that_is_never_disposed_of_is_collected_with_its_thread_but_not_while_a_text_is_read()
    {
        (WeakReference model, WeakReference pages, TextGeneration generation) = Load();
        Collected();
        Assert.Equal(2000, (await Run.Read(generation)).Tokens.Length);

        generation = null!;
        Assert.True(SpinWait.SpinUntil(() => Collected() && !model.IsAlive && !pages.IsAlive, Patience));
    }

    public void Dispose() => _model.Dispose();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<GenerationResult> ResultAlone(LanguageModel model) => model.GenerateAsync("Once", Endless with { MaxTokens = 3000 }).Result;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Model, WeakReference Pages, TextGeneration Generation) Load()
    {
        LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Window = 64 });
        return (new WeakReference(model), new WeakReference(model.Pages), model.GenerateAsync("Once", Endless with { MaxTokens = 2000 }));
    }

    private static bool Collected()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return true;
    }
}
