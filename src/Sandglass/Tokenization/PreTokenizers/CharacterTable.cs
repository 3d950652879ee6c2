using System.Globalization;

namespace Sandglass.Tokenization;

/// <summary>The class of every code point in Unicode 15.1, which the reference tokenizers use.</summary>
internal static class CharacterTable
{
    // added in Unicode 16 (first, last): the runtime knows these, the reference does not
    private static readonly int[] AddedSince =
    [
        0x897, 0x897, 0x1B4E, 0x1B4F, 0x1B7F, 0x1B7F, 0x1C89, 0x1C8A, 0x2427, 0x2429, 0x31E4, 0x31E5, 0xA7CB, 0xA7CD, 0xA7DA, 0xA7DC,
        0x105C0, 0x105F3, 0x10D40, 0x10D65, 0x10D69, 0x10D85, 0x10D8E, 0x10D8F, 0x10EC2, 0x10EC4, 0x10EFC, 0x10EFC, 0x11380, 0x113E2,
        0x116D0, 0x116E3, 0x11BC0, 0x11BF9, 0x11F5A, 0x11F5A, 0x13460, 0x143FA, 0x16100, 0x16139, 0x16D40, 0x16D79, 0x18CFF, 0x18CFF,
        0x1CC00, 0x1CEB3, 0x1E5D0, 0x1E5FF, 0x1F8B2, 0x1F8C1, 0x1FA89, 0x1FA89, 0x1FA8F, 0x1FA8F, 0x1FABE, 0x1FABE, 0x1FAC6, 0x1FAC6,
        0x1FADC, 0x1FADC, 0x1FADF, 0x1FADF, 0x1FAE9, 0x1FAE9, 0x1FBCB, 0x1FBEF,
    ];

    // Unicode's White_Space, all of it below U+3001
    private static readonly int[] WhiteRanges =
        [0x09, 0x0D, 0x20, 0x20, 0x85, 0x85, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000];

    private static readonly CharacterClass[] AsciiClasses = Build(128);

    /// <summary>The classes of U+0000 to U+007F, by code point.</summary>
    public static ReadOnlySpan<CharacterClass> Ascii => AsciiClasses;

    /// <summary>The class of any code point, including surrogates, which the reference accepts.</summary>
    public static CharacterClass Of(int codePoint) => codePoint < 0x10000 ? BasicPlane.Classes[codePoint] : Compute(codePoint);

    // in a class of its own, so that it is only made when the first character above U+007F is met
    private static class BasicPlane
    {
        public static readonly CharacterClass[] Classes = Build(0x10000);
    }

    private static CharacterClass[] Build(int count)
    {
        CharacterClass[] classes = new CharacterClass[count];
        for (int codePoint = 0; codePoint < count; codePoint++) classes[codePoint] = Compute(codePoint);
        return classes;
    }

    private static CharacterClass Compute(int codePoint)
    {
        if (codePoint > 0x10FFFF || Within(AddedSince, codePoint)) return CharacterClass.Other;
        if (Within(WhiteRanges, codePoint)) return CharacterClass.White;

        return CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
        {
            <= UnicodeCategory.OtherLetter => CharacterClass.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
            >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation => CharacterClass.Punctuation,
            >= UnicodeCategory.MathSymbol and <= UnicodeCategory.OtherSymbol => CharacterClass.Symbol,
            _ => CharacterClass.Other,
        };
    }

    private static bool Within(int[] ranges, int codePoint)
    {
        int low = 0, high = ranges.Length / 2 - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (codePoint < ranges[2 * middle]) high = middle - 1;
            else if (codePoint > ranges[2 * middle + 1]) low = middle + 1;
            else return true;
        }
        return false;
    }
}
