namespace Sandglass.Generation;

/// <summary>Notices that the last few tokens have been generated again and again.</summary>
internal sealed class LoopDetector(int ngram, int repeats)
{
    /// <summary>Whether the last <c>ngram</c> tokens occur <c>repeats</c> times in the completion, themselves included.</summary>
    public bool Loops(ReadOnlySpan<int> completion)
    {
        if (ngram == 0 || completion.Length < ngram + repeats - 1) return false;

        ReadOnlySpan<int> last = completion[^ngram..];
        int count = 0;
        for (int from = completion.Length - ngram; from >= 0 && count < repeats; from--)
        {
            if (completion.Slice(from, ngram).SequenceEqual(last)) count++;
        }
        return count >= repeats;
    }
}
