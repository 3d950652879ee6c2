using System.Globalization;

namespace Sandglass.Chat;

/// <summary>Upper and lower case. Only single letters change, so a text keeps its length and where each letter came from; <c>ß</c> becomes two.</summary>
internal static class Casing
{
    private const string Sharp = "ß";

    public static Text Upper(Rendering rendering, Text text)
    {
        rendering.Take(2L * text.Value.Length);
        if (text.Value.Contains(Sharp, StringComparison.Ordinal))
            text = StringMethods.Replace(rendering, text, new Text(Sharp, trusted: false), new Text("SS", trusted: false), -1);
        return text.With(text.Value.ToUpperInvariant());
    }

    public static Text Lower(Rendering rendering, Text text)
    {
        rendering.Take(2L * text.Value.Length);
        return text.With(text.Value.ToLowerInvariant());
    }

    /// <summary>The first letter of each word large, the others small.</summary>
    public static Text Title(Rendering rendering, Text text)
    {
        bool inWord = false;
        return Mapped(rendering, text, c =>
        {
            char mapped = inWord ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c);
            inWord = IsCased(c);
            return mapped;
        });
    }

    public static Text Capitalize(Rendering rendering, Text text)
    {
        bool first = true;
        return Mapped(rendering, text, c =>
        {
            char mapped = first ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c);
            first = false;
            return mapped;
        });
    }

    public static Text Swap(Rendering rendering, Text text) =>
        Mapped(rendering, text, static c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));

    /// <summary>Whether all letters that have a case have this one, and there are such.</summary>
    public static bool Is(Rendering rendering, Text text, bool upper)
    {
        rendering.Step(1 + text.Value.Length / 16);
        return text.Value.Any(IsCased) && !text.Value.Any(upper ? char.IsLower : char.IsUpper);
    }

    public static bool IsTitle(Rendering rendering, Text text)
    {
        rendering.Step(1 + text.Value.Length / 16);
        bool inWord = false;
        foreach (char c in text.Value)
        {
            if (inWord ? char.IsUpper(c) : char.IsLower(c)) return false;
            inWord = IsCased(c);
        }
        return text.Value.Any(IsCased);
    }

    /// <summary>Each character by a function of it.</summary>
    public static Text Mapped(Rendering rendering, Text text, Func<char, char> map)
    {
        rendering.Step(1 + text.Value.Length / 16);
        rendering.Take(4L * text.Value.Length);
        char[] mapped = text.Value.ToCharArray();
        for (int i = 0; i < mapped.Length; i++) mapped[i] = map(mapped[i]);
        return text.With(new string(mapped));
    }

    public static bool IsCased(char c) =>
        char.GetUnicodeCategory(c) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;
}
