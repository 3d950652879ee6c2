using Sandglass.Tracing;

namespace Sandglass.Studies;

/// <summary>What a length costs, of one kind and from one source.</summary>
/// <param name="What"><c>prompt</c>: reading that many tokens. <c>token</c>: writing one behind them.</param>
/// <param name="Source"><c>counted</c> where the work is done, or <c>measured</c> by the clock.</param>
/// <param name="Context">Tokens of the prompt.</param>
public sealed record ScaleRow(string What, string Source, int Context)
{
    /// <summary>Reading a prompt.</summary>
    public const string Prompt = "prompt";

    /// <summary>Writing a token.</summary>
    public const string Token = "token";

    /// <summary>By the code that does the work.</summary>
    public const string Counted = "counted";

    /// <summary>By the clock.</summary>
    public const string Measured = "measured";

    /// <summary>Multiply-adds; of a counted row.</summary>
    public MultiplyAdds? MultiplyAdds { get; init; }

    /// <summary>Through the model, the median; of a measured row.</summary>
    public double? Seconds { get; init; }

    /// <summary>What a twentieth stayed below.</summary>
    public double? SecondsLow { get; init; }

    /// <summary>What a twentieth stayed above.</summary>
    public double? SecondsHigh { get; init; }

    /// <summary>How often the prompt was read.</summary>
    public int? Runs { get; init; }
}
