using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sandglass.Server;

/// <summary>The routes whose bodies have parameters.</summary>
[Flags]
internal enum ApiRoutes
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary><c>/v1/chat/completions</c></summary>
    Chat = 1,

    /// <summary><c>/v1/completions</c></summary>
    Completions = 2,

    /// <summary><c>/v1/embeddings</c></summary>
    Embeddings = 4,

    /// <summary><c>/tokenize</c></summary>
    Tokenize = 8,

    /// <summary><c>/detokenize</c></summary>
    Detokenize = 16,

    /// <summary><c>/apply-template</c></summary>
    ApplyTemplate = 32,

    /// <summary><c>/trace</c></summary>
    Trace = 64,

    /// <summary>Those that answer with texts.</summary>
    Answers = Chat | Completions,

    /// <summary>Those that write text.</summary>
    Text = Answers | Trace,
}

/// <summary>How routes are called.</summary>
internal static class ApiRouteNames
{
    /// <summary>Each route with its path.</summary>
    public static IReadOnlyList<(ApiRoutes Route, string Path)> All { get; } =
    [
        (ApiRoutes.Chat, "/v1/chat/completions"),
        (ApiRoutes.Completions, "/v1/completions"),
        (ApiRoutes.Embeddings, "/v1/embeddings"),
        (ApiRoutes.Tokenize, "/tokenize"),
        (ApiRoutes.Detokenize, "/detokenize"),
        (ApiRoutes.ApplyTemplate, "/apply-template"),
        (ApiRoutes.Trace, "/trace"),
    ];

    /// <summary>The route that a request was led to; none where its body has no parameters.</summary>
    public static ApiRoutes Of(HttpContext context)
    {
        string? path = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        return All.FirstOrDefault(route => route.Path == path).Route;
    }

    /// <summary>The paths of some routes.</summary>
    public static IEnumerable<string> PathsOf(ApiRoutes routes) => All.Where(route => routes.HasFlag(route.Route)).Select(route => route.Path);
}
