namespace Sandglass.ServeBench.Load;

/// <summary>What became of one request. Times are in seconds, from when it was sent.</summary>
internal sealed class Outcome
{
    /// <summary>When it was sent, in seconds from the start of the run.</summary>
    public double Sent { get; init; }

    /// <summary>Time to first token: until the first event with text in it.</summary>
    public double FirstText { get; set; }

    /// <summary>End to end: until the last event with a choice in it; what follows (usage, <c>[DONE]</c>) has no token.</summary>
    public double Ended { get; set; }

    /// <summary>Inter-token latencies: every gap between events with a choice, from the first text on.</summary>
    public List<double> Gaps { get; } = [];

    /// <summary>Events with text: tokens, unless the server joins some.</summary>
    public int Chunks { get; set; }

    /// <summary>Tokens written, as <c>usage</c> counts them; of a server that sends none, <see cref="Chunks"/>.</summary>
    public int OutputTokens { get; set; }

    public int PromptTokens { get; set; }

    /// <summary>Of the prompt's tokens those that the server did not have to read.</summary>
    public int CachedTokens { get; set; }

    /// <summary>Of the answer; 0 where none came.</summary>
    public int Status { get; set; }

    /// <summary>A refusal said when to come again.</summary>
    public bool HasRetryAfter { get; set; }

    /// <summary>Why it counts as failed, or null: a status other than 200, an event with an error, an answer cut off.</summary>
    public string? Error { get; set; }

    /// <summary>Time per output token after the first; 0 of a single token.</summary>
    public double TimePerToken => OutputTokens > 1 ? (Ended - FirstText) / (OutputTokens - 1) : 0;
}
