using Sandglass.Generation;
using Sandglass.KvCache;
using Sandglass.ModelFiles;

namespace Sandglass.Tests.Generation;

/// <summary>What a model has of a common budget between two steps that its caller takes.</summary>
public sealed class SteppedLendingTests
{
    [Fact]
    public void An_idle_model_gives_back_what_it_was_lent_when_it_is_stepped()
    {
        SharedCache shared = new();
        using LanguageModel idle = Load(shared, 4), busy = Load(shared, 200);
        Assert.True(idle.Pages.HasRoom(idle.Pages.Most));       // all that is common
        busy.Pages.Ask(busy.Pages.Most - busy.Pages.Capacity);
        busy.Pages.Tell();

        for (int step = 0; idle.Step(); step++) Assert.InRange(step, 0, 20);

        Assert.Equal((idle.Pages.Floor, 0), (idle.Pages.Capacity, idle.Pages.Owed));
    }

    [Fact]
    public void Nothing_is_borrowed_for_guesses()
    {
        SharedCache shared = new();
        using LanguageModel model = Load(shared, 4), other = Load(shared, 200);
        Assert.Equal((4, true), (model.Pages.Floor, model.Pages.Most > 20));
        GenerationOptions options = new() { MaxTokens = 5, IgnoreEnd = true, Draft = DraftKind.Lookup };
        TextGeneration[] texts = [.. Enumerable.Range(0, 4).Select(i => model.GenerateAsync([i, .. Evidence.Ids(25, 4096)], options))];
        int held = 0;
        for (int step = 0; model.Step(); step++)
        {
            Assert.InRange(step, 0, 20);
            held = Math.Max(held, model.Pages.Held / model.Shape.Layers);
            Assert.Equal(4, model.Pages.Capacity);
        }
        Assert.Equal(4, held);      // a page for each text, and none for what might be guessed
        Assert.All(texts, text => Assert.True(text.Result.IsCompletedSuccessfully));
    }

    [Fact]
    public void One_that_is_closed_in_the_middle_of_an_idle_step_is_freed()
    {
        SharedCache shared = new();
        AskedClock clock = new();
        using ModelFile file = EmbeddedModels.OpenNamed("embedded:grain-1m");
        Engine engine = new(file, ModelSupport.Understand(file).Shape, new ModelOptions { Threads = 1, IsStepped = true, SharedCache = shared, Time = clock });
        Assert.NotEqual(0, shared.Bytes);
        clock.Asked = engine.Close;     // when pages age: the step has begun
        engine.Step();
        engine.Dispose();
        Assert.Equal(0, shared.Bytes);
    }

    private static LanguageModel Load(SharedCache shared, int sets)
    {
        using LanguageModel shape = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Threads = 1 });
        return LanguageModel.LoadEmbedded("grain-1m", new ModelOptions
        {
            Context = 128,
            Threads = 1,
            IsStepped = true,
            CacheMemory = sets * shape.Pages.Shape.SetBytes,
            SharedCache = shared,
        });
    }

    private sealed class AskedClock : TimeProvider
    {
        public Action? Asked { get; set; }

        public override long GetTimestamp()
        {
            Action? asked = Asked;
            Asked = null;
            asked?.Invoke();
            return base.GetTimestamp();
        }
    }
}
