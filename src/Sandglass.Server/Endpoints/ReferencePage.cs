using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Scalar.AspNetCore;

namespace Sandglass.Server;

/// <summary><c>/openapi.json</c>, and <c>/docs</c>, a page to browse it that needs nothing from elsewhere.</summary>
internal static class ReferencePage
{
    private const string Folder = "/docs";

    public static async Task Document(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = OpenApiDocument.Utf8.Length;
        await context.Response.BodyWriter.WriteAsync(OpenApiDocument.Utf8, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>A middleware: the page's scripts are found from its folder, so without the last slash the way there is told, to who reads answers
    /// too.</summary>
    public static Task Redirect(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.Value != Folder || !HttpMethods.IsGet(context.Request.Method)) return next(context);
        context.Response.Redirect("docs/");
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.BodyWriter.WriteAsync("<!doctype html><title>Sandglass</title><a href=\"docs/\">docs/</a>\n"u8.ToArray()).AsTask();
    }

    public static void Map(IEndpointRouteBuilder routes) => routes.MapScalarApiReference(Folder, options =>
    {
        options.Title = "Sandglass";
        options.OpenApiRoutePattern = "/openapi.json";
        options.DisableDefaultFonts();      // they, and the next three, would come from elsewhere
        options.DisableTelemetry();
        options.DisableAgent();
        options.DisableMcp();
    });
}
