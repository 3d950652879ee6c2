using System.Globalization;
using System.Text;

namespace Sandglass.Cli;

/// <summary>A text that arrives in pieces, for a terminal: a word that would run over the edge begins a new line instead.</summary>
/// <remarks>Only near the edge does a word wait for its end; elsewhere every piece is passed on as it comes.</remarks>
/// <param name="width">Columns of a line; asked at the beginning of each, since a terminal may be resized.</param>
internal sealed class WordWrap(Func<int> width)
{
    private const int LongestWord = 24;     // a longer one may be broken

    private readonly StringBuilder _shown = new();
    private readonly List<(string Part, string Colour)> _held = [];     // the beginning of a word that may not fit
    private int _heldColumns;
    private int _blanks;                            // not written until the word after them: if that begins a line, the break replaces them
    private string _colour = "";                    // that is on
    private int _column;
    private int _width = width();
    private bool _wordGoesOn;                       // a part of it has been passed on: it can no longer be moved

    /// <summary>What to write now.</summary>
    /// <param name="text">The next piece, free of control characters.</param>
    /// <param name="colour">The code that begins its colour; empty for none.</param>
    public string Add(string text, string colour = "")
    {
        int from = 0;
        for (int at = 0; at < text.Length; at += Rune.TryGetRuneAt(text, at, out Rune rune) ? rune.Utf16SequenceLength : 1)
        {
            if (text[at] is not ('\n' or ' ')) continue;
            Word(text[from..at], colour);
            Release();
            _wordGoesOn = false;
            if (text[at] == ' ') _blanks++;
            else NewLine();
            from = at + 1;
        }
        Word(text[from..], colour);
        return Shown();
    }

    /// <summary>What has been held back: the end of the text.</summary>
    public string End()
    {
        Release();
        Show("", 0, "");
        return Shown();
    }

    private string Shown()
    {
        SwitchTo("");
        string shown = _shown.ToString();
        _shown.Clear();
        return shown;
    }

    private void Word(string part, string colour)
    {
        if (part.Length == 0) return;
        int columns = Columns(part);
        if (!_wordGoesOn && _column > 0 && _column + _blanks + LongestWord >= _width)
        {
            _held.Add((part, colour));
            _heldColumns += columns;
            if (_column + _blanks + _heldColumns < _width) return;  // it may still fit
            NewLine();
            Release();
        }
        else
        {
            Show(part, columns, colour);
        }
        _wordGoesOn = true;
    }

    private void Release()
    {
        foreach ((string part, string colour) in _held) Show(part, Columns(part), colour);
        _held.Clear();
        _heldColumns = 0;
    }

    private void Show(string part, int columns, string colour)
    {
        SwitchTo(colour);
        _shown.Append(' ', _blanks).Append(part);
        _column += _blanks + columns;
        _blanks = 0;
        if (_column >= _width) _column %= Math.Max(_width, 1);      // the terminal itself went on to the next line
    }

    private void NewLine()
    {
        _shown.Append('\n');
        _column = _blanks = 0;
        _width = width();
    }

    private void SwitchTo(string colour)
    {
        if (colour == _colour) return;
        if (_colour.Length > 0) _shown.Append("\e[0m");
        _shown.Append(colour);
        _colour = colour;
    }

    /// <summary>Columns that a text takes: two for East Asian letters and most pictures, none for combining marks.</summary>
    internal static int Columns(string text)
    {
        int columns = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            columns += Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0
                : IsWide(rune.Value) ? 2 : 1;
        }
        return columns;
    }

    private static bool IsWide(int rune) => rune is
        >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF or >= 0xFE30 and <= 0xFE6F
        or >= 0xFF00 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6 or >= 0x1F300 and <= 0x1FAFF or >= 0x20000 and <= 0x3FFFD;
}
