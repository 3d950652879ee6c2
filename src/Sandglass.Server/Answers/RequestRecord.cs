using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>What became of a request, for metrics, traces and logs: a feature of its context, filled while it is served.</summary>
internal sealed class RequestRecord
{
    /// <summary>What was asked for.</summary>
    public required RequestDraft Draft { get; init; }

    /// <summary>The answer's name.</summary>
    public required string Id { get; init; }

    /// <summary>Tokens of all prompts.</summary>
    public int PromptTokens { get; set; }

    /// <summary>The texts that ended, also those that were cancelled.</summary>
    public List<GenerationResult> Results { get; } = [];

    /// <summary>The record of a request; false before its body was understood.</summary>
    public static bool TryGet(HttpContext context, [NotNullWhen(true)] out RequestRecord? record) =>
        (record = context.Features.Get<RequestRecord>()) is not null;
}
