namespace Sandglass.Generation;

/// <summary>A text that a beam search found.</summary>
/// <param name="Ids">Its tokens, the end token included.</param>
/// <param name="Text">What they say, without the end token or a stop text.</param>
/// <param name="Score">Its summed log-probability, as penalties and bans left it, divided by length to the power of the length penalty.</param>
/// <param name="Finish">Why it ended.</param>
public sealed record BeamResult(IReadOnlyList<int> Ids, string Text, float Score, FinishReason Finish);
