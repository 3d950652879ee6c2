using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sandglass.Tests.Tokenization;

/// <summary>The slow, obvious pre-tokenizer: regular expressions, one after the other on every fragment, over a text with one letter a character.</summary>
/// <remarks>
/// As in the reference, an expression that names Unicode classes sees every other character as a stand-in for its class; one that names code points sees the
/// text itself.
/// </remarks>
internal sealed class RegexTwin(string[] patterns)
{
    private const char Letter = '\uE001', Number = '\uE002', Punctuation = '\uE003', Symbol = '\uE004', Other = '\uE005';

    private readonly (Regex Expression, bool SeesClasses)[] _passes =
        [.. patterns.Select(pattern => (new Regex(WithStandIns(pattern), RegexOptions.CultureInvariant), pattern.Contains(@"\p", StringComparison.Ordinal)))];

    public List<string> Cut(string text)
    {
        Rune[] runes = [.. text.EnumerateRunes()];
        string itself = string.Concat(runes.Select(Plain)), classes = string.Concat(runes.Select(StandIn));
        List<(int From, int To)> fragments = [(0, runes.Length)];
        foreach ((Regex expression, bool seesClasses) in _passes)
            fragments = [.. fragments.SelectMany(fragment => Split(seesClasses ? classes : itself, fragment, expression))];
        return [.. fragments.Where(fragment => fragment.To > fragment.From).Select(fragment => string.Concat(runes[fragment.From..fragment.To]))];
    }

    private static IEnumerable<(int, int)> Split(string text, (int From, int To) fragment, Regex expression)
    {
        int at = fragment.From;
        foreach (Match match in expression.Matches(text[fragment.From..fragment.To]))
        {
            yield return (at, fragment.From + match.Index);
            at = fragment.From + match.Index + match.Length;
            yield return (fragment.From + match.Index, at);
        }
        yield return (at, fragment.To);
    }

    private static string WithStandIns(string pattern)
    {
        StringBuilder result = new();
        bool inside = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] is '[' or ']' && (i == 0 || pattern[i - 1] != '\\')) inside = pattern[i] == '[';
            if (i + 4 >= pattern.Length || pattern[i..(i + 3)] != @"\p{")
            {
                result.Append(pattern[i]);
                continue;
            }
            string set = pattern[i + 3] switch { 'L' => $"A-Za-z{Letter}", 'N' => $"0-9{Number}", _ => $@"!-#%-*,\-./:;?@\[-\]_{{}}{Punctuation}" };
            result.Append(inside ? set : $"[{set}]");
            i += 4;
        }
        return result.ToString();
    }

    private static char Plain(Rune rune)
    {
        if (rune.Value >= 128 && Rune.IsWhiteSpace(rune)) return '\v';
        if (rune.IsBmp) return (char)rune.Value;
        return rune.Value is >= 0x10400 and <= 0x1044F or >= 0x104B0 and <= 0x104D3 or >= 0x104D8 and <= 0x104FB ? Letter : Other;
    }

    private static char StandIn(Rune rune)
    {
        if (rune.IsAscii) return (char)rune.Value;
        if (Rune.IsWhiteSpace(rune)) return '\v';
        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Number,
            >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation => Punctuation,
            >= UnicodeCategory.MathSymbol and <= UnicodeCategory.OtherSymbol => Symbol,
            _ => Other,
        };
    }
}
