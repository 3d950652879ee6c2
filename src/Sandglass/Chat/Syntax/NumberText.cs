namespace Sandglass.Chat;

/// <summary>A number as a template spells it.</summary>
/// <param name="Digits">Without underscores.</param>
/// <param name="IsFloat">Whether it has a fraction or an exponent.</param>
/// <param name="End">The place after it in the source.</param>
internal readonly record struct NumberText(string Digits, bool IsFloat, int End)
{
    /// <summary>Reads the number that begins with a digit at a place.</summary>
    public static NumberText At(string source, int from, bool mayBeFloat)
    {
        if (source[from] == '0' && from + 2 < source.Length && source[from + 1] is 'x' or 'X' or 'o' or 'O' or 'b' or 'B')
        {
            int radixEnd = from + 2;
            while (radixEnd < source.Length && (char.IsAsciiHexDigit(source[radixEnd]) || source[radixEnd] == '_')) radixEnd++;
            return new NumberText(Plain(source, from, radixEnd), false, radixEnd);
        }
        int end = Digit(source, from);
        bool isFloat = false;
        if (mayBeFloat && end + 1 < source.Length && source[end] == '.' && char.IsAsciiDigit(source[end + 1]))
        {
            end = Digit(source, end + 1);
            isFloat = true;
        }
        if (mayBeFloat && end < source.Length && source[end] is 'e' or 'E')
        {
            int exponent = end + 1 < source.Length && source[end + 1] is '+' or '-' ? end + 2 : end + 1;
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
            {
                end = Digit(source, exponent);
                isFloat = true;
            }
        }
        return new NumberText(Plain(source, from, end), isFloat, end);
    }

    private static int Digit(string source, int at)
    {
        static bool IsDigit(string source, int at) => at < source.Length && char.IsAsciiDigit(source[at]);
        while (IsDigit(source, at) || (at < source.Length && source[at] == '_' && IsDigit(source, at + 1))) at++;
        return at;
    }

    private static string Plain(string source, int from, int end) => source[from..end].Replace("_", "", StringComparison.Ordinal);
}
