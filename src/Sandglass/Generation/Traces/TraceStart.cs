using Sandglass.Kernels;

namespace Sandglass.Generation;

/// <summary>What a trace is of: known before its first step.</summary>
public sealed record TraceStart
{
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

    /// <summary>How products are computed.</summary>
    public required ComputeMode Compute { get; init; }

    /// <summary>The kernels that run: 512, 256, 128 or scalar.</summary>
    public required string Kernels { get; init; }
}
