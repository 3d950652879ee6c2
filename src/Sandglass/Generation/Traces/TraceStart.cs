using Sandglass.Kernels;

namespace Sandglass.Generation;

/// <summary>What a trace is of: known before its first step.</summary>
public sealed record TraceStart
{
    /// <summary>What writes.</summary>
    public required TraceModel Model { get; init; }

    /// <summary>The prompt as the model saw it.</summary>
    public required IReadOnlyList<int> PromptIds { get; init; }

    /// <summary>The seed that reproduces the text.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How it is generated.</summary>
    public required GenerationOptions Options { get; init; }

    /// <summary>What is watched.</summary>
    public required TraceOptions Watched { get; init; }

    /// <summary>The chain's steps that run, in order.</summary>
    public required IReadOnlyList<string> Samplers { get; init; }

    /// <summary>Keys' and values' types.</summary>
    public required CacheTypes CacheType { get; init; }

    /// <summary>Positions that a token sees, its own included; 0 for all, or as the model's layers have it.</summary>
    public required int Window { get; init; }

    /// <summary>First positions that stay visible outside the window; 0 without one.</summary>
    public required int SinkTokens { get; init; }

    /// <summary>How products are computed.</summary>
    public required ComputeMode Compute { get; init; }

    /// <summary>The kernels that run: <c>512</c>, <c>256</c>, <c>128</c> or <c>scalar</c>.</summary>
    public required string Kernels { get; init; }
}
