using Sandglass.Sampling;
using Sandglass.Tracing;

namespace Sandglass.Generation;

/// <summary>Prompt lookup: the last few tokens stood in the text before, so what followed them then may follow again.</summary>
/// <remarks>Saxena, <i>Prompt lookup decoding</i> (2023). Pays where a text repeats what it was given: summaries, edits of code, quotations.</remarks>
internal sealed class LookupDrafter : IDrafter
{
    private const int Longest = 4, Shortest = 2;    // tokens that must stand there again, most first: a single one says too little

    public Counters Work { get; } = new();   // no model: none

    public ReadOnlySpan<double> Distribution(int guess) => [];

    public int Guess(ReadOnlyMemory<int> text, Sampler sampler, Span<int> to) => Guess(text.Span, to);

    /// <summary>What followed the latest earlier place of the longest ending that has one.</summary>
    internal static int Guess(ReadOnlySpan<int> text, Span<int> to)
    {
        for (int length = Math.Min(Longest, text.Length - 1); length >= Shortest; length--)
        {
            int at = text[..^1].LastIndexOf(text[^length..]);
            if (at < 0) continue;
            int next = at + length;
            for (int i = 0; i < to.Length; i++, next++)
                to[i] = next < text.Length ? text[next] : to[next - text.Length];   // a text that runs in a circle goes on in it
            return to.Length;
        }
        return 0;
    }

    public void Dispose() { }
}
