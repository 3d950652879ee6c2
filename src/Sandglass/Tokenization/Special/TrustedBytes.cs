using System.Text;

namespace Sandglass.Tokenization;

/// <summary>Which bytes of a text a program wrote, and not a user.</summary>
internal sealed class TrustedBytes
{
    private readonly List<(int From, int To)> _stretches = [];     // ascending, with something between each two

    /// <summary>Of a text's UTF-8, by its parts.</summary>
    public static TrustedBytes Of(string text, IReadOnlyList<TextPart> parts)
    {
        TrustedBytes bytes = new();
        int unit = 0, at = 0;
        foreach (TextPart part in parts)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(part.Length, nameof(parts));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(part.Length, text.Length - unit, nameof(parts));
            int length = Encoding.UTF8.GetByteCount(text.AsSpan(unit, part.Length));
            if (part.IsTrusted && length > 0) bytes.Add(at, at + length);
            unit += part.Length;
            at += length;
        }
        return bytes;
    }

    /// <summary>Whether all bytes of a stretch are trusted.</summary>
    public bool Hold(int from, int to)
    {
        int low = 0, high = _stretches.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_stretches[middle].To <= from) low = middle + 1;
            else high = middle;
        }
        return low < _stretches.Count && _stretches[low].From <= from && to <= _stretches[low].To;
    }

    private void Add(int from, int to)
    {
        if (_stretches is [.., var last] && last.To == from) _stretches[^1] = (last.From, to);
        else _stretches.Add((from, to));
    }
}
