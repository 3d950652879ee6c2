using System.Text;
using System.Text.Unicode;
using Sandglass.Tokenization;

namespace Sandglass.Server;

/// <summary>A token as lists of log-probabilities name it.</summary>
internal static class TokenText
{
    /// <summary>Its text; of a part of a character its bytes, as OpenAI spells them; of a control token its name.</summary>
    public static string Of(Tokenizer tokenizer, int id)
    {
        ReadOnlySpan<byte> bytes = tokenizer.Bytes(id).Span;
        if (bytes.IsEmpty) return tokenizer.Piece(id);
        if (Utf8.IsValid(bytes)) return Encoding.UTF8.GetString(bytes);
        StringBuilder spelled = new("bytes:");
        foreach (byte value in bytes) spelled.Append($"\\x{value:x2}");
        return spelled.ToString();
    }

    /// <summary>Characters that it adds to a text: those that begin in it, so the parts of one count as one together.</summary>
    public static int Length(ReadOnlySpan<byte> bytes)
    {
        int characters = 0;
        foreach (byte value in bytes)
        {
            bool begins = (value & 0xC0) != 0x80, isPair = value >= 0xF0;
            if (begins) characters += isPair ? 2 : 1;
        }
        return characters;
    }
}
