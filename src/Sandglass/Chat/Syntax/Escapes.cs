using System.Globalization;
using System.Text;

namespace Sandglass.Chat;

/// <summary>What a string literal stands for: Python's escapes.</summary>
internal static class Escapes
{
    public static string Decode(ReadOnlySpan<char> literal)
    {
        if (!literal.Contains('\\')) return literal.ToString();

        StringBuilder text = new();
        int at = 0;
        while (at < literal.Length)
        {
            char c = literal[at++];
            if (c != '\\' || at == literal.Length)
            {
                text.Append(c);
                continue;
            }
            c = literal[at++];
            switch (c)
            {
                case '\n': break;
                case '\\' or '\'' or '"': text.Append(c); break;
                case 'n': text.Append('\n'); break;
                case 't': text.Append('\t'); break;
                case 'r': text.Append('\r'); break;
                case 'a': text.Append('\a'); break;
                case 'b': text.Append('\b'); break;
                case 'f': text.Append('\f'); break;
                case 'v': text.Append('\v'); break;
                case 'x': Append(text, Hex(literal, ref at, 2)); break;
                case 'u': Append(text, Hex(literal, ref at, 4)); break;
                case 'U': Append(text, Hex(literal, ref at, 8)); break;
                case >= '0' and <= '7':
                    int octal = c - '0';
                    for (int i = 0; i < 2 && at < literal.Length && literal[at] is >= '0' and <= '7'; i++) octal = 8 * octal + literal[at++] - '0';
                    Append(text, octal);
                    break;
                default: text.Append('\\').Append(c); break;
            }
        }
        return text.ToString();
    }

    private static int Hex(ReadOnlySpan<char> literal, ref int at, int digits)
    {
        if (at + digits > literal.Length
            || !uint.TryParse(literal.Slice(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value)
            || value > 0x10FFFF)
            throw new TemplateException("template-syntax", $"In a string: expected {digits} hexadecimal digits of a character after the backslash.");
        at += digits;
        return (int)value;
    }

    private static void Append(StringBuilder text, int codePoint)
    {
        if (codePoint < 0x10000) text.Append((char)codePoint);
        else text.Append(char.ConvertFromUtf32(codePoint));
    }
}
