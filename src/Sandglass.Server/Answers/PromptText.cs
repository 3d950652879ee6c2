using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>A prompt as it goes into the engine, and as it may come back.</summary>
/// <param name="Ids">Its tokens.</param>
/// <param name="Text">What it says, where it is to be echoed.</param>
internal sealed record PromptText(int[] Ids, string Text)
{
    /// <summary>Bytes that it takes in memory.</summary>
    public long BytesKept => sizeof(int) * (long)Ids.Length + sizeof(char) * (long)Text.Length;

    /// <summary>The score of each token but the first; null where nobody asked.</summary>
    public IReadOnlyList<TokenScore>? Scores { get; init; }
}
