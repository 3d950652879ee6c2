namespace Sandglass.Tokenization;

/// <summary>The English endings that the word patterns cut off: <c>'s 't 're 've 'm 'll 'd</c>.</summary>
internal static class Contraction
{
    // comparing ASCII is enough: U+212A, the Kelvin sign, is the only other character whose lower case is an ASCII letter, and no ending has a k
    /// <summary>The length in bytes of the ending whose apostrophe is at <paramref name="at"/>, or 0.</summary>
    public static int Length(ReadOnlySpan<byte> fragment, int at, bool anyCase)
    {
        byte first = Letter(fragment, at + 1, anyCase);
        if (first is (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d') return 2;

        byte second = Letter(fragment, at + 2, anyCase);
        return (first, second) is ((byte)'r', (byte)'e') or ((byte)'v', (byte)'e') or ((byte)'l', (byte)'l') ? 3 : 0;
    }

    private static byte Letter(ReadOnlySpan<byte> fragment, int at, bool anyCase)
    {
        if (at >= fragment.Length) return 0;
        byte letter = fragment[at];
        return anyCase && letter is >= (byte)'A' and <= (byte)'Z' ? (byte)(letter | 0x20) : letter;
    }
}
