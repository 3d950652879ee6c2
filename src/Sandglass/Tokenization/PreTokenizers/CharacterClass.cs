namespace Sandglass.Tokenization;

/// <summary>What the pre-tokenizers ask about a character: Unicode's general categories by their first letter, with white space as a class of its own.</summary>
/// <remarks>A character is of exactly one class (white space is nothing else besides), so 0 says "past the end".</remarks>
[Flags]
internal enum CharacterClass : byte
{
    None = 0,
    Letter = 1,
    Number = 2,
    White = 4,
    Punctuation = 8,
    Symbol = 16,
    Other = 32,
}
