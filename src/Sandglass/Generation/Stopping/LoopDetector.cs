namespace Sandglass.Generation;

/// <summary>Detects that the last few tokens have been generated again and again.</summary>
internal sealed class LoopDetector(int ngram, int repeats)
{
    /// <summary>Whether the last <c>ngram</c> tokens occur <c>repeats</c> times in the completion, themselves included.</summary>
    public bool Loops(ReadOnlySpan<int> completion)
    {
        if (ngram == 0 || completion.Length < (long)ngram + repeats - 1) return false;

        ReadOnlySpan<int> last = completion[^ngram..];
        int count = 0, from = completion.Length - ngram;
        while (from >= 0 && ++count < repeats) from = completion[..(from + ngram - 1)].LastIndexOf(last);
        return count >= repeats;
    }
}
