using System.Globalization;
using System.Text;

namespace Sandglass.Tokenization;

/// <summary>What each token adds to the text, and what it is called.</summary>
internal sealed class TokenBytes
{
    private readonly byte[][] _bytes;
    private readonly Dictionary<int, byte[]> _names = [];    // of the tokens that add nothing and are called something

    /// <summary>Reads all tokens of a vocabulary.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="silent">Tokens that add nothing, whatever kind they are.</param>
    /// <param name="spellNormal">Converts a normal token's string to the bytes that it stands for.</param>
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
            if (_bytes[id].Length == 0 && vocabulary.Kinds[id] is not (TokenKind.Unused or TokenKind.Byte))
                _names[id] = vocabulary.Kinds[id] == TokenKind.Normal ? spellNormal(text) : Encoding.UTF8.GetBytes(text);
        }
    }

    public ReadOnlyMemory<byte> Of(int id) => _bytes[id];

    /// <summary>What a token is called: what it adds, and the own text of a control, unknown or end token, which adds nothing.</summary>
    public ReadOnlyMemory<byte> Called(int id) => _names.TryGetValue(id, out byte[]? name) ? name : _bytes[id];

    /// <summary>The byte that <c>&lt;0x41&gt;</c> names, or null for any other string.</summary>
    public static byte? ByteOf(string text) =>
        text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>'
        && byte.TryParse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value) ? value : null;
}
