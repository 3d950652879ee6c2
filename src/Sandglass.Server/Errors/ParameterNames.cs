using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>The API's names for what the library calls by properties and parameters.</summary>
internal static class ParameterNames
{
    // where several parameters of a route set one property, the first of the table
    private static readonly Dictionary<(ApiRoutes Route, string Property), string> ByProperty = ApiRouteNames.All
        .SelectMany(route => ParameterTable.All.Where(row => row.Property is not null && row.On.HasFlag(route.Route))
            .DistinctBy(row => row.Property).Select(row => (Key: (route.Route, row.Property!), row.Name)))
        .ToDictionary(pair => pair.Key, pair => pair.Name);

    /// <summary>The parameter of a route that sets a property; null where none does.</summary>
    public static string? Of(string property, ApiRoutes route) => property switch
    {
        "prompt" or "ids" => route switch
        {
            ApiRoutes.Chat or ApiRoutes.ApplyTemplate => "messages",
            ApiRoutes.Embeddings => "input",
            ApiRoutes.Detokenize => "tokens",
            _ => "prompt",
        },
        nameof(TraceOptions) when route == ApiRoutes.Trace => "trace",
        nameof(TraceOptions.Asked) or nameof(TraceOptions.Heads) when route == ApiRoutes.Trace => $"trace.{property.ToLowerInvariant()}",
        _ => ByProperty.GetValueOrDefault((route, property)),
    };
}
