using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>One token, as it is handed out.</summary>
/// <param name="Index">Its index in the completion, from 0.</param>
/// <param name="Id">Its id in the vocabulary.</param>
/// <param name="Bytes">Its own UTF-8 bytes; empty for a control token.</param>
/// <param name="Text">The text that is safe to show with it: whole characters, no part of a stop text. The texts of all tokens joined are the
/// completion.</param>
/// <param name="Logprob">Its log-probability in the model's own distribution, before any sampler; natural logarithm.</param>
/// <param name="Top">The likeliest tokens of that distribution, likeliest first; empty unless asked for.</param>
/// <param name="LogitsHash">First 16 hex digits of the SHA-256 of the step's F32 logits, little-endian; null unless asked for.</param>
/// <param name="Elapsed">Time since the request was made.</param>
/// <param name="Explanation">Why this token; null unless asked for.</param>
public sealed record GeneratedToken(
    int Index,
    int Id,
    ReadOnlyMemory<byte> Bytes,
    string Text,
    float Logprob,
    IReadOnlyList<TokenLogprob> Top,
    string? LogitsHash,
    TimeSpan Elapsed,
    Explanation? Explanation = null);
