using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

/// <summary>An engine without a thread, whose caller takes each step: what a browser's tab runs, here beside the engine that has one.</summary>
public class SteppedEngineTests
{
    private const int MostSteps = 200, MostWaits = 60_000;

    private static readonly ModelOptions Stepped = new() { IsStepped = true, Threads = 1 };

    [Fact]
    public async Task Two_texts_stepped_by_hand_have_the_bits_of_an_engine_with_a_thread()
    {
        using LanguageModel stepped = LanguageModel.LoadEmbedded("grain-1m", Stepped), threaded = LanguageModel.LoadEmbedded("grain-1m");
        int[] ids = Evidence.Ids(40, 4096);

        Task<Run> first = Evidence.OfRun(stepped, ids, 8, chunk: 16), second = Evidence.OfRun(stepped, ids[..8], 12);
        StepUntil(stepped, () => first.IsCompleted && second.IsCompleted);

        Run expected = await Evidence.OfRun(threaded, ids, 8), other = await Evidence.OfRun(threaded, ids[..8], 12);
        Assert.Equal(expected.Hashes, (await first).Hashes);
        Assert.Equal(expected.Ids, (await first).Ids);
        Assert.Equal(other.Hashes, (await second).Hashes);
        Assert.Equal(other.Ids, (await second).Ids);
    }

    [Fact]
    public void Nothing_goes_on_between_two_steps_and_each_gives_a_token()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", Stepped);
        Assert.False(model.Step());     // nothing is asked for

        TextGeneration text = model.GenerateAsync(Evidence.Ids(8, 4096), new GenerationOptions { MaxTokens = 3, IgnoreEnd = true });
        Assert.Equal(0, text.Unread);
        for (int token = 1; token <= 3; token++)
        {
            Assert.True(model.Step());
            Assert.Equal(token, text.Unread);
        }
        Assert.True(text.Result.IsCompletedSuccessfully);
        Assert.False(model.Step());
    }

    [Fact]
    public async Task A_model_disposed_of_between_two_steps_ends_its_text_and_steps_no_more()
    {
        LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", Stepped);
        TextGeneration text = model.GenerateAsync(Evidence.Ids(8, 4096), new GenerationOptions { MaxTokens = 100, IgnoreEnd = true });
        model.Step();
        model.Dispose();

        Assert.False(model.Step());
        Assert.Throws<ObjectDisposedException>(() => model.GenerateAsync([1, 2]));
        Assert.Equal(FinishReason.Cancelled, (await text.Result).Finish);
    }

    [Fact]
    public void An_engine_with_a_thread_is_not_stepped()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        Assert.Throws<InvalidOperationException>(() => model.Step());
    }

    private static void StepUntil(LanguageModel model, Func<bool> isOver)
    {
        int steps = 0, waits = 0;
        while (!isOver())
        {
            if (model.Step())
            {
                Assert.True(++steps < MostSteps, "the texts do not end");
                continue;
            }
            Assert.True(++waits < MostWaits, "their readers do not come to the end");
            Thread.Sleep(1);    // the readers are on threads of the pool
        }
    }
}
