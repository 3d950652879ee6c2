using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Scalar.AspNetCore;

namespace Sandglass.Server;

/// <summary><c>/openapi.json</c>, and <c>/docs</c>, a page to browse it that needs nothing from elsewhere.</summary>
internal static class ReferencePage
{
    public static async Task Document(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = OpenApiDocument.Utf8.Length;
        await context.Response.BodyWriter.WriteAsync(OpenApiDocument.Utf8, context.RequestAborted).ConfigureAwait(false);
    }

    public static void Map(IEndpointRouteBuilder routes) => routes.MapScalarApiReference("/docs", options =>
    {
        options.Title = "Sandglass";
        options.OpenApiRoutePattern = "/openapi.json";
        options.DisableDefaultFonts();      // they, and the next three, would come from elsewhere
        options.DisableTelemetry();
        options.DisableAgent();
        options.DisableMcp();
    });
}
