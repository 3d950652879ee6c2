using System.Globalization;
using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary>The other texts that a beam search found: their scores, and from where on they differ from the best.</summary>
internal static class BeamLines
{
    private const int Longest = 60;

    public static IEnumerable<string> Of(GenerationResult result)
    {
        if (result.Beams is not [BeamResult best, ..]) yield break;
        for (int i = 0; i < result.Beams.Count; i++)
        {
            BeamResult beam = result.Beams[i];
            string score = beam.Score.ToString("0.000000", CultureInfo.InvariantCulture);
            if (i == 0) yield return $"beam 0: score {score}, {Amount.Whole(beam.Ids.Count)} tokens, the text above";
            else yield return $"beam {i}: score {score}, {Amount.Whole(beam.Ids.Count)} tokens, from token {Amount.Whole(Shared(best.Ids, beam.Ids))} on: " +
                $"{Rest(best.Text, beam.Text)}";
        }
    }

    /// <summary>Tokens that two beams begin with alike.</summary>
    private static int Shared(IReadOnlyList<int> one, IReadOnlyList<int> other)
    {
        int shared = 0;
        while (shared < Math.Min(one.Count, other.Count) && one[shared] == other[shared]) shared++;
        return shared;
    }

    private static string Rest(string best, string text)
    {
        int shared = 0;
        while (shared < Math.Min(best.Length, text.Length) && best[shared] == text[shared]) shared++;
        while (shared > 0 && text[shared - 1] is not (' ' or '\n')) shared--;    // from the word's beginning
        string rest = Terminal.Harmless(text[shared..]).Replace('\n', ' ');
        return rest.Length > Longest ? $"{rest[..Longest]} …" : rest;
    }
}
