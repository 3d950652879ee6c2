using System.Text;

namespace Sandglass.Tests.Tokenization;

/// <summary>
/// Random text of many scripts, with all that pre-tokenizers stumble over: odd spaces, contractions, digits of other scripts, marks, emoji, unassigned
/// places.
/// </summary>
internal sealed class WildText(int seed)
{
    private static readonly int[] Blocks =
    [
        0x80, 0x100, 0x370, 0x400, 0x590, 0x620, 0x660, 0x900, 0xE00, 0x10A0, 0x1780, 0x1E00, 0x1F00, 0x2000, 0x2010, 0x2100, 0x2180, 0x2C00, 0x3000,
            0x3040, 0x4E00,
        0x9F90, 0xA640, 0xA720, 0xAB70, 0xAC00, 0xD790, 0xFB00, 0xFF00, 0xFFF0, 0x10400, 0x104B0, 0x1D400, 0x1F600, 0x20000, 0xE0100,
    ];

    private const string Ascii = "abcXYZ stSTreREveElLmMdD''''   \t\n\r\n0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    private static readonly string[] Whole =
        ["'s", "'S", "'re", "'rE", "'LL", "'ve", "'d", "'x", "don't", "  \n", " \r\n ", "\u00A0", "\u2028", "\u3000", "\u0085", "\v\f", "\0", "١٢٣", "½²Ⅷ",
            "1234567", "é", "🦙", "👩‍👩‍👧", "❤️", "▁", "ſ", "\u212A"];

    private readonly Random _random = new(seed);

    public string Next(int length)
    {
        StringBuilder text = new();
        while (text.Length < length)
        {
            switch (_random.Next(4))
            {
                case 0: Repeat(8, () => text.Append(Ascii[_random.Next(Ascii.Length)])); break;
                case 1: text.Append(Whole[_random.Next(Whole.Length)]); break;
                case 2: text.Append(' ', _random.Next(3)).Append((char)('a' + _random.Next(26)), _random.Next(4)); break;
                default:
                    int block = Blocks[_random.Next(Blocks.Length)];
                    Repeat(4, () => text.Append(new Rune(Math.Min(block + _random.Next(128), block < 0xD800 ? 0xD7FF : 0x10FFFF))));
                    break;
            }
        }
        return text.ToString();
    }

    /// <summary>The same, as bytes of which many are broken.</summary>
    public byte[] NextBroken(int length)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Next(length));
        byte[] culprits = [0x80, 0xBF, 0xC0, 0xC3, 0xE2, 0x96, 0xED, 0xA0, 0xF0, 0xF4, 0xF5, 0xFF, 0x20, 0x27];
        for (int i = 0; i < bytes.Length / 12; i++) bytes[_random.Next(bytes.Length)] = culprits[_random.Next(culprits.Length)];
        return bytes;
    }

    private void Repeat(int most, Action action)
    {
        for (int i = _random.Next(most + 1); i > 0; i--) action();
    }
}
