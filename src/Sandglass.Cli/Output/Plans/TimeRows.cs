using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary>What <c>plan time</c> says.</summary>
internal sealed class TimeRows(StepTime time, CancellationToken cancellation)
{
    /// <summary>The times; asked for one more while the plan is wanted.</summary>
    /// <exception cref="OperationCanceledException">It no longer is.</exception>
    public StepTime Time
    {
        get
        {
            cancellation.ThrowIfCancellationRequested();
            return time;
        }
    }

    /// <summary>Lengths of prompts, and depths of tokens.</summary>
    public required IReadOnlyList<long> Contexts { get; init; }

    /// <summary>Texts that are written together.</summary>
    public required IReadOnlyList<int> Batches { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required long Prompt { get; init; }

    /// <summary>Tokens that are written after it.</summary>
    public required int Tokens { get; init; }

    /// <summary>Positions before a token of a text, on average.</summary>
    public double Depth => Prompt + (Tokens - 1) / 2.0;

    /// <summary>Seconds until the first token.</summary>
    public StepCost First => Time.CostOfPrompt(Prompt, 0);

    /// <summary>Seconds of all tokens: the first comes with the prompt.</summary>
    public double Whole => First.Seconds + (Tokens == 1 ? 0 : (Tokens - 1) * Time.OfDecode(1, Depth));
}
