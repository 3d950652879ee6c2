namespace Sandglass.Cli;

/// <summary>What was typed.</summary>
/// <param name="Text">Null where nothing more comes.</param>
/// <param name="IsInterrupted">Whether Ctrl-C on an empty line ended it.</param>
internal readonly record struct Typed(string? Text, bool IsInterrupted = false);

/// <summary>A text typed in a terminal, key by key, with the usual keys to move and delete, and the texts before it on the arrow keys.</summary>
/// <param name="words">What Tab completes.</param>
internal sealed class LineEditor(Terminal terminal, IReadOnlyList<string> words)
{
    private readonly List<string> _before = [];
    private readonly EditedText _edited = new();
    private readonly TypedRows _rows = new(terminal);
    private int _at;                // in the texts before; their number: in none
    private string _unsent = "";    // what was typed before an arrow key took an older text

    /// <summary>Reads a text.</summary>
    /// <param name="isOpen">Whether it goes on after a line break.</param>
    public Typed Read(Func<string, bool> isOpen)
    {
        _edited.Set("");
        (_at, _unsent) = (_before.Count, "");
        _rows.Begin();
        Console.TreatControlCAsInput = true;        // while nothing is answered it is a key like others
        try
        {
            while (true)
            {
                if (!Console.KeyAvailable) _rows.Show(_edited);     // a pasted text is shown once
                ConsoleKeyInfo key = Console.ReadKey(intercept: true);
                if (Take(key, isOpen) is Typed typed) return typed;
            }
        }
        finally
        {
            _edited.End();
            _rows.End(_edited);
            Console.TreatControlCAsInput = false;
        }
    }

    private Typed? Take(ConsoleKeyInfo key, Func<string, bool> isOpen)
    {
        bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control), alt = key.Modifiers.HasFlag(ConsoleModifiers.Alt);
        bool isEmpty = _edited.Text.Length == 0;
        switch (key)
        {
            case { Key: ConsoleKey.Enter } or { KeyChar: '\n' or '\r' }:
                if (!alt && !Console.KeyAvailable && !isOpen(_edited.Text)) return Sent();
                _edited.Insert("\n");       // of a pasted text, or of one that goes on
                return null;
            case { KeyChar: '\x03' }:
                if (isEmpty) return new Typed(null, IsInterrupted: true);
                _edited.Set("");
                return null;
            case { KeyChar: '\x04' }:
                if (isEmpty) return new Typed(null);
                _edited.Delete();
                return null;
            case { KeyChar: '\x01' } or { Key: ConsoleKey.Home }: _edited.Home(); return null;
            case { KeyChar: '\x05' } or { Key: ConsoleKey.End }: _edited.End(); return null;
            case { KeyChar: '\x0B' }: _edited.DeleteToEnd(); return null;
            case { KeyChar: '\x15' }: _edited.DeleteToHome(); return null;
            case { KeyChar: '\x17' }: _edited.DeleteWordBefore(); return null;
            case { KeyChar: '\x0C' }: _rows.ClearScreen(); return null;
            case { Key: ConsoleKey.Backspace } or { KeyChar: '\x7F' or '\b' }:
                if (alt) _edited.DeleteWordBefore();
                else _edited.Backspace();
                return null;
            case { Key: ConsoleKey.Delete }: _edited.Delete(); return null;
            case { Key: ConsoleKey.LeftArrow } when control || alt: _edited.WordLeft(); return null;
            case { Key: ConsoleKey.RightArrow } when control || alt: _edited.WordRight(); return null;
            case { Key: ConsoleKey.LeftArrow } or { KeyChar: '\x02' }: _edited.Left(); return null;
            case { Key: ConsoleKey.RightArrow } or { KeyChar: '\x06' }: _edited.Right(); return null;
            case { Key: ConsoleKey.UpArrow } or { KeyChar: '\x10' }: Turn(_at - 1); return null;
            case { Key: ConsoleKey.DownArrow } or { KeyChar: '\x0E' }: Turn(_at + 1); return null;
            case { Key: ConsoleKey.Tab }: Complete(); return null;
            default:
                if (key.KeyChar >= ' ') _edited.Insert(key.KeyChar.ToString());
                return null;
        }
    }

    private Typed Sent()
    {
        string text = _edited.Text;
        if (text.Length > 0 && (_before.Count == 0 || _before[^1] != text)) _before.Add(text);
        return new Typed(text);
    }

    /// <summary>Takes an older or a newer text.</summary>
    private void Turn(int to)
    {
        if (to < 0 || to > _before.Count) return;
        if (_at == _before.Count) _unsent = _edited.Text;
        _edited.Set(to == _before.Count ? _unsent : _before[to]);
        _at = to;
    }

    private void Complete()
    {
        string[] begun = [.. words.Where(word => _edited.Text.Length > 0 && word.StartsWith(_edited.Text, StringComparison.Ordinal))];
        if (begun is [string only]) _edited.Set(only + " ");
        else if (begun.Length > 1) _edited.Set(new string([.. begun[0].TakeWhile((letter, at) => begun.All(word => at < word.Length && word[at] == letter))]));
        else if (_edited.Text is not ['/', ..]) _edited.Insert("    ");
    }
}
