namespace Sandglass.Studies;

/// <summary>A text that goes round in a circle.</summary>
/// <param name="From">Index of its first token that the circle holds.</param>
/// <param name="Period">Tokens of one round.</param>
/// <param name="Length">Tokens from there on that go round.</param>
internal readonly record struct TextLoop(int From, int Period, int Length)
{
    /// <summary>Rounds that make a loop: twice is a refrain.</summary>
    public const int LeastRounds = 3;

    /// <summary>Tokens that it has at least, since "ha ha ha" is none.</summary>
    public const int LeastTokens = 12;

    /// <summary>The longest round that is looked for.</summary>
    public const int LongestRound = 128;

    /// <summary>The first loop of a text, that with the shortest round where several begin there; null for none.</summary>
    public static TextLoop? Find(ReadOnlySpan<int> text)
    {
        TextLoop? first = null;
        for (int period = 1; period <= Math.Min(LongestRound, text.Length / LeastRounds); period++)
        {
            int least = Math.Max(LeastRounds * period, LeastTokens);
            for (int at = period, from = 0; at <= text.Length; at++)
            {
                if (at < text.Length && text[at] == text[at - period]) continue;
                if (at - from >= least && !(first?.From <= from)) first = new TextLoop(from, period, at - from);
                from = at - period + 1;     // the next run that is alike begins with the token after this one
            }
        }
        return first;
    }
}
