namespace Sandglass.Server;

/// <summary>Which route was perhaps meant by a path that is none: a client's base address is easily without its <c>/v1</c>, or with two.</summary>
internal static class NearRoute
{
    private const string Version = "/v1", Responses = "/responses", Chat = "/v1/chat/completions";

    private static readonly string[] Paths = [.. ApiRouteNames.All.Select(route => route.Path), "/v1/models"];

    /// <summary>A sentence.</summary>
    public static string Advice(string path)
    {
        if (path.EndsWith(Responses, StringComparison.Ordinal)) return $"Conversations are answered by POST {Chat}.";
        string? near = Paths.Where(known => path.EndsWith(WithoutVersion(known), StringComparison.Ordinal)).MaxBy(known => known.Length);
        return near is null ? "GET /openapi.json lists what is there." : $"Did you mean {near}?";
    }

    private static string WithoutVersion(string path) => path.StartsWith(Version, StringComparison.Ordinal) ? path[Version.Length..] : path;
}
