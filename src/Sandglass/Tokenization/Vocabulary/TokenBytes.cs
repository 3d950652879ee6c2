using System.Globalization;
using System.Text;

namespace Sandglass.Tokenization;

/// <summary>What each token adds to the text.</summary>
internal sealed class TokenBytes
{
    private readonly byte[][] _bytes;

    /// <summary>Reads all tokens of a vocabulary.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="silent">Tokens that add nothing, whatever their kind.</param>
    /// <param name="spellNormal">How the vocabulary writes a normal token.</param>
    public TokenBytes(Vocabulary vocabulary, IReadOnlySet<int> silent, Func<string, byte[]> spellNormal)
    {
        _bytes = new byte[vocabulary.Size][];
        for (int id = 0; id < _bytes.Length; id++)
        {
            string text = vocabulary.Texts[id];
            _bytes[id] = vocabulary.Kinds[id] switch
            {
                _ when silent.Contains(id) => [],
                TokenKind.Normal => spellNormal(text),
                TokenKind.UserDefined => Encoding.UTF8.GetBytes(text),
                TokenKind.Byte => ByteOf(text) is byte value ? [value] : [],
                _ => [],
            };
        }
    }

    public ReadOnlyMemory<byte> Of(int id) => _bytes[id];

    /// <summary>The byte that <c>&lt;0x41&gt;</c> names, or null for another text.</summary>
    public static byte? ByteOf(string text) =>
        text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>'
        && byte.TryParse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value) ? value : null;
}
