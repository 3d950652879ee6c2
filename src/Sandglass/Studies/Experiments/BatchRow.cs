namespace Sandglass.Studies;

/// <summary>Texts that were written together; all times are measured.</summary>
/// <param name="Batch">How many at once.</param>
/// <param name="Tokens">Tokens of each.</param>
/// <param name="TokensPerSecond">Of all texts together, from their first tokens to their last; the median of the repetitions.</param>
/// <param name="TokensPerSecondLow">The slowest repetition.</param>
/// <param name="TokensPerSecondHigh">The fastest.</param>
/// <param name="MsPerToken">Between two tokens of one text, the median.</param>
/// <param name="MsPerToken95">The same of the slowest twentieth: the 95th percentile.</param>
/// <param name="FirstTokenMs">Until the first token of a text, the median.</param>
public sealed record BatchRow(
    int Batch, int Tokens, double TokensPerSecond, double TokensPerSecondLow, double TokensPerSecondHigh, double MsPerToken, double MsPerToken95,
    double FirstTokenMs);
