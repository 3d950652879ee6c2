namespace Sandglass.Tokenization;

/// <summary>The class of a character for pre-tokenizers: the first letter of its Unicode general category, or white space as a class of its own.</summary>
/// <remarks>Every character has exactly one class (white space has no other), so 0 means "past the end".</remarks>
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
