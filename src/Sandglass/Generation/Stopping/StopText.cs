using System.Text;

namespace Sandglass.Generation;

/// <summary>Lets text through until a stop text occurs. What may still become one is held back, and nothing more.</summary>
internal sealed class StopText(StopTexts stops)
{
    private readonly List<(char Value, bool IsShown)> _held = [];
    private int _state;

    /// <summary>Whether a stop text occurred.</summary>
    public bool Found { get; private set; }

    /// <summary>Takes new text and gives what is safe to show.</summary>
    /// <param name="text">What a token is called.</param>
    /// <param name="isShown">False for a control token's name, which is compared and never shown.</param>
    public string Append(string text, bool isShown = true)
    {
        int first = int.MaxValue;                            // where the first stop text begins, counted from what is held
        for (int i = 0; i < text.Length && !stops.IsEmpty; i++)
        {
            _state = stops.Next(_state, text[i]);
            int length = stops.Found(_state);
            if (length > 0) first = Math.Min(first, _held.Count + i + 1 - length);
        }
        Found |= first != int.MaxValue;
        int safe = Found ? Math.Min(first, _held.Count + text.Length) : _held.Count + text.Length - stops.Held(_state);
        if (_held.Count == 0 && safe == text.Length) return isShown ? text : "";

        foreach (char value in text) _held.Add((value, isShown));
        string shown = Shown(safe);
        if (Found) _held.Clear();
        else _held.RemoveRange(0, safe);
        return shown;
    }

    /// <summary>Gives what was held back, when nothing more will come.</summary>
    public string Flush()
    {
        string held = Shown(_held.Count);
        _held.Clear();
        return held;
    }

    private string Shown(int count)
    {
        StringBuilder shown = new(count);
        for (int i = 0; i < count; i++)
        {
            if (_held[i].IsShown) shown.Append(_held[i].Value);
        }
        return shown.ToString();
    }
}
