using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sandglass.Server;

/// <summary>Answers with the page at <c>/</c> where a browser asks, and with its files. It needs no key: what it asks for then does.</summary>
internal static class PageFiles
{
    /// <summary>Nothing from elsewhere, no script or style inside the document, no frame around it; WebAssembly for the engine in the tab.</summary>
    public const string Policy =
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; worker-src 'self'; " +
        "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Forever = "public, max-age=31536000, immutable", AskAgain = "no-cache";

    /// <summary>The document, which offers the engine in the tab beside the server's where the page has it.</summary>
    private static readonly Lazy<PageAsset> Document = new(static () =>
    {
        PageAsset index = PageAssets.All[PageAssets.Index];
        return PageModels.HasEngine
            ? new PageAsset(PageAssets.Index, PageDocument.With(index.Plain, ["server", "tab"], PageModels.Paths, []), isBrotli: false)
            : index;
    });

    /// <summary>A middleware.</summary>
    public static Task Handle(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) return next(context);
        string path = request.Path.Value ?? "";
        if (path is "/" or "")
        {
            if (!WantsPage(request))
            {
                context.Response.Headers.Vary = "Accept";
                return next(context);
            }
            if (!PageAssets.All.ContainsKey(PageAssets.Index)) return Missing(context);
            return Send(context, Document.Value);
        }
        PageAsset? asset = PageAssets.All.GetValueOrDefault(path[1..]) ?? PageModels.Find(path[1..]);
        return asset is null ? next(context) : Send(context, asset);
    }

    // a browser names it; a client of the API that tries the address gets the API's own answer
    private static bool WantsPage(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static Task Send(HttpContext context, PageAsset asset)
    {
        HttpResponse response = context.Response;
        (byte[] bytes, string? encoding) = asset.For(context.Request.Headers.AcceptEncoding.ToString());
        Secure(response.Headers);
        string? known = Known(context.Request.Headers.IfNoneMatch, asset, encoding);
        response.Headers.ETag = known ?? asset.ETag(encoding);
        response.Headers.Vary = asset.Path == PageAssets.Index ? "Accept, Accept-Encoding" : "Accept-Encoding";
        response.Headers.CacheControl = asset.IsImmutable ? Forever : AskAgain;
        if (known is not null)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        if (encoding is not null) response.Headers.ContentEncoding = encoding;
        return Write(context, asset.ContentType, bytes);
    }

    private static Task Missing(HttpContext context)
    {
        HttpResponse response = context.Response;
        Secure(response.Headers);
        response.StatusCode = StatusCodes.Status404NotFound;
        response.Headers.CacheControl = AskAgain;
        response.Headers.Vary = "Accept";
        string html = $"<!doctype html><html lang=\"en\"><title>Sandglass</title><p>{PageAssets.HowToGetIt}</p>"
            + "<p>The API is here: <a href=\"docs/\">docs/</a></p></html>\n";
        return Write(context, "text/html; charset=utf-8", System.Text.Encoding.UTF8.GetBytes(html));
    }

    private static void Secure(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private static Task Write(HttpContext context, string type, byte[] bytes)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    /// <summary>The form that the client has already, in whatever encoding it came; null where it has none.</summary>
    private static string? Known(StringValues given, PageAsset asset, string? encoding)
    {
        foreach (string? line in given)
        {
            foreach (string one in (line ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                string tag = one.StartsWith("W/", StringComparison.Ordinal) ? one[2..] : one;
                if (tag == "*") return asset.ETag(encoding);
                if (asset.ETags.Contains(tag)) return tag;
            }
        }
        return null;
    }
}
