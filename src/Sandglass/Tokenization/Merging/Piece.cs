namespace Sandglass.Tokenization;

/// <summary>
/// A token of a word and how many of the word's bytes it stands for; id -1 where the vocabulary cannot spell them and has no unknown token either.
/// </summary>
internal readonly record struct Piece(int Id, int Length);
