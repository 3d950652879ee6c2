namespace Sandglass.Tokenization;

/// <summary>A special token found in a text, with the white space that it includes.</summary>
internal readonly record struct SpecialMatch(int Id, int From, int To);
