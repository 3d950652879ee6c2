using System.Globalization;

namespace Sandglass.Chat;

/// <summary>Kinds of characters as Python sees them.</summary>
internal static class Characters
{
    /// <summary><c>str.isspace</c>: what .NET calls white space, and four separators of ASCII.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1C' and <= '\x1F';

    /// <summary>A letter, digit or underscore: what names are made of.</summary>
    public static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_'
        || (c >= 0x80 && char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation);

    /// <summary>Whether <c>repr</c> shows it as it is.</summary>
    public static bool IsPrintable(int codePoint)
    {
        if (codePoint == ' ') return true;
        UnicodeCategory category = codePoint < 0x10000 ? char.GetUnicodeCategory((char)codePoint) : CharUnicodeInfo.GetUnicodeCategory(codePoint);
        return category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
    }
}
