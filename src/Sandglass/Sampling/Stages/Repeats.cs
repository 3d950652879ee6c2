namespace Sandglass.Sampling;

/// <summary>How the end of a text repeats what stands earlier in it.</summary>
internal static class Repeats
{
    /// <summary>
    /// For each distance back from the end, how many tokens that end there equal the text's last ones: the Z-algorithm over the reversed text, in linear time.
    /// </summary>
    /// <param name="text">The tokens.</param>
    /// <param name="repeats">[distance], from 1.</param>
    internal static void Count(ReadOnlySpan<int> text, int[] repeats)
    {
        int left = 0, right = 0;                             // the match that reaches furthest: [left, right) of the reversed text equals its beginning
        for (int back = 1; back < text.Length; back++)
        {
            int length = back < right ? Math.Min(right - back, repeats[back - left]) : 0;
            while (back + length < text.Length && text[^(length + 1)] == text[^(back + length + 1)]) length++;
            repeats[back] = length;
            if (back + length > right) (left, right) = (back, back + length);
        }
    }
}
