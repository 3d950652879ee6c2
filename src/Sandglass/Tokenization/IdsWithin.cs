namespace Sandglass.Tokenization;

/// <summary>The ids of a text, where they are no more than were wanted.</summary>
/// <param name="Ids">All of them; null where there are more.</param>
/// <param name="Count">How many there are; where there are more than were wanted, a number that they reach at least.</param>
internal readonly record struct IdsWithin(int[]? Ids, long Count);
