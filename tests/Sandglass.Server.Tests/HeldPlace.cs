using Sandglass.Generation;

namespace Sandglass.Server.Tests;

/// <summary>A text without an end that has a place in the batch until it is disposed of, so that others must wait.</summary>
/// <remarks>Nobody reads it, and so it never rests: one with a client would leave its place to others whenever a busy machine lets that client fall behind.</remarks>
internal sealed class HeldPlace : IAsyncDisposable
{
    private readonly TextGeneration _text;

    private HeldPlace(TextGeneration text) => _text = text;

    public static async Task<HeldPlace> OfAsync(LanguageModel model)
    {
        int running = model.Activity.Running;
        TextGeneration text = model.GenerateAsync("Once upon a time", new GenerationOptions { MaxTokens = 1_000_000, IgnoreEnd = true });
        _ = text.Result;
        for (int i = 0; i < 3000 && model.Activity.Running <= running; i++) await Task.Delay(10);
        Assert.True(model.Activity.Running > running);
        return new HeldPlace(text);
    }

    public ValueTask DisposeAsync() => _text.DisposeAsync();
}
