namespace Sandglass.Generation;

/// <summary>Lets text through until a stop text comes up; what may still become one is held back, and no more than that.</summary>
internal sealed class StopText(IReadOnlyList<string> stops)
{
    private readonly string[] _stops = [.. stops]; // an array: to walk an interface would cost an enumerator at every token
    private string _held = "";

    /// <summary>Whether a stop text came up.</summary>
    public bool Found { get; private set; }

    /// <summary>Takes new text and gives what is safe to show.</summary>
    public string Append(string text)
    {
        if (_stops.Length == 0) return text;

        string all = _held + text;
        int first = int.MaxValue;
        foreach (string stop in _stops)
        {
            int at = all.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0) first = Math.Min(first, at);
        }
        if (first != int.MaxValue)
        {
            Found = true;
            _held = "";
            return all[..first];
        }

        int safe = all.Length - LongestBeginning(all);
        _held = all[safe..];
        return all[..safe];
    }

    /// <summary>Gives what was held back, when nothing more will come.</summary>
    public string Flush()
    {
        string held = _held;
        _held = "";
        return held;
    }

    /// <summary>Length of the longest end of the text that is the beginning of a stop text.</summary>
    private int LongestBeginning(string text)
    {
        int longest = 0;
        foreach (string stop in _stops)
        {
            for (int length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length))) longest = length;
            }
        }
        return longest;
    }
}
