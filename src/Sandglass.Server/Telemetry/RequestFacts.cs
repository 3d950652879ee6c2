using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary>What a request turned out to be, for its line in the log above all.</summary>
internal sealed class RequestFacts
{
    /// <summary>The id in the answer's <c>x-request-id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Whether its body has been read, all of it.</summary>
    public bool BodyIsRead { get; set; }

    /// <summary>Whether all of its answer went out: who closes the connection after that has not left.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>The model that was asked; null for none.</summary>
    public string? Model { get; set; }

    /// <summary>Tokens of the prompt, those of them that came from the cache, and tokens that were written.</summary>
    public int PromptTokens { get; set; }

    /// <inheritdoc cref="PromptTokens"/>
    public int CachedTokens { get; set; }

    /// <inheritdoc cref="PromptTokens"/>
    public int CompletionTokens { get; set; }

    /// <summary>Why the first text ended, or the code of what failed.</summary>
    public string? Finish { get; set; }

    /// <summary>Those of a request.</summary>
    public static RequestFacts? Of(HttpContext context) => context.Features.Get<RequestFacts>();
}
