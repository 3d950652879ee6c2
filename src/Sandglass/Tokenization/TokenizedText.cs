namespace Sandglass.Tokenization;

/// <summary>A text as tokens.</summary>
/// <param name="Ids">The token ids, in order.</param>
/// <param name="ByteRanges">
/// For each id the half-open range of the text's UTF-8 bytes that it stands for; empty where the token is not in the text (a begin token, an added space).
/// White space that a special token swallows (Phi-3) belongs to that token's range. Of several tokens for one replaced byte, the first has the range.
/// </param>
public sealed record TokenizedText(int[] Ids, (int From, int To)[] ByteRanges);
