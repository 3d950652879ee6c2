namespace Sandglass.Extensions.AI.Tests;

/// <summary>The smaller embedded model, loaded once for a class of tests.</summary>
public sealed class Grain : IDisposable
{
    public LanguageModel Model { get; } = LanguageModel.LoadEmbedded("grain-1m");

    public void Dispose() => Model.Dispose();
}
