using System.Text;
using System.Text.Json.Nodes;

namespace Sandglass.Server;

/// <summary>The description of the API for programs, in OpenAPI 3.1: routes and answers as written in <c>openapi.json</c> beside this file, requests from the
/// table that they are read with, so the two cannot differ.</summary>
internal static class OpenApiDocument
{
    private const string Written = "openapi.json";

    private static readonly Lazy<byte[]> Bytes = new(Build);

    /// <summary>In UTF-8.</summary>
    public static ReadOnlyMemory<byte> Utf8 => Bytes.Value;

    private static byte[] Build()
    {
        using Stream written = typeof(OpenApiDocument).Assembly.GetManifestResourceStream(Written)!;
        JsonNode document = JsonNode.Parse(written)!;
        document["info"]!["version"] = Fingerprint.Version;
        JsonNode schemas = document["components"]!["schemas"]!;
        foreach ((ApiRoutes route, _) in ApiRouteNames.All) schemas[$"{route}Request"] = RequestSchema.Of(route);
        return Encoding.UTF8.GetBytes(document.ToJsonString());
    }
}
