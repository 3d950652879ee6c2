using System.Text;

namespace Sandglass.Chat;

/// <summary>Joins text and keeps track of where each character came from.</summary>
internal sealed class TextBuilder(Rendering rendering)
{
    private readonly StringBuilder _text = new();
    private readonly List<int> _borders = [];
    private bool _startsTrusted = true, _isTrusted = true;

    /// <summary>Units so far.</summary>
    public int Length => _text.Length;

    /// <summary>Adds what came wholly from one side.</summary>
    public void Append(ReadOnlySpan<char> text, bool trusted = true)
    {
        if (text.Length == 0) return;
        rendering.Take(2L * text.Length);
        Turn(trusted);
        _text.Append(text);
    }

    /// <summary>Adds one character.</summary>
    public void Append(char c, bool trusted = true) => Append([c], trusted);

    /// <summary>Adds a text whose bytes the caller has counted.</summary>
    public void AppendUncounted(Text text)
    {
        foreach ((int from, int to, bool trusted) in text.Stretches(0, text.Units))
        {
            Turn(trusted);
            _text.Append(text.Value.AsSpan(from, to - from));
        }
    }

    /// <summary>Adds a text.</summary>
    public void Append(Text text) => Append(text, 0, text.Value.Length);

    /// <summary>Adds a part of a text.</summary>
    public void Append(Text text, int from, int to)
    {
        foreach ((int begin, int end, bool trusted) in text.Stretches(from, to)) Append(text.Value.AsSpan(begin, end - begin), trusted);
    }

    /// <summary>Adds a character several times.</summary>
    public void Repeat(char c, long count, bool trusted = true)
    {
        if (count <= 0) return;
        rendering.Take(2 * count);
        Turn(trusted);
        _text.Append(c, checked((int)count));
    }

    /// <summary>Adds a text several times.</summary>
    public void Repeat(Text text, long count)
    {
        for (; count > 0 && text.Value.Length > 0; count--)
        {
            rendering.Step();
            Append(text);
        }
    }

    /// <summary>What was added.</summary>
    public Text ToText(bool isSafe = false)
    {
        rendering.Take(160 + 2L * _text.Length);
        return _text.Length == 0 && !isSafe ? Text.Empty : new Text(_text.ToString(), _startsTrusted, [.. _borders], isSafe);
    }

    private void Turn(bool trusted)
    {
        if (_text.Length == 0) _startsTrusted = trusted;
        else if (trusted != _isTrusted)
        {
            rendering.Take(4);
            _borders.Add(_text.Length);
        }
        _isTrusted = trusted;
    }
}
