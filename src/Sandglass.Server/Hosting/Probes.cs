using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary><c>/health</c> and <c>/ready</c>: for whoever watches over the server, without a key, before anything else looks at the request.</summary>
internal sealed class Probes(Drain drain)
{
    private static ReadOnlySpan<byte> Ok => "{\"status\":\"ok\"}"u8;

    private static ReadOnlySpan<byte> Stopping => "{\"status\":\"stopping\"}"u8;

    public static bool IsMetrics(PathString path) => path.Equals("/metrics", StringComparison.Ordinal);

    public static bool IsProbe(PathString path) => path.Equals("/health", StringComparison.Ordinal) || path.Equals("/ready", StringComparison.Ordinal);

    public Task Handle(HttpContext context, RequestDelegate next)
    {
        PathString path = context.Request.Path;
        if (!IsProbe(path)) return next(context);
        return Answer(context, isWell: path.Value!.Length == "/health".Length || !drain.HasBegun);
    }

    private static Task Answer(HttpContext context, bool isWell)
    {
        HttpResponse response = context.Response;
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            return ErrorAnswer.WriteAsync(context, ApiError.OfHttp(StatusCodes.Status405MethodNotAllowed, "A probe is asked with GET or HEAD."));
        }
        ReadOnlySpan<byte> body = isWell ? Ok : Stopping;
        response.StatusCode = isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method)) return Task.CompletedTask;
        body.CopyTo(response.BodyWriter.GetSpan(body.Length));
        response.BodyWriter.Advance(body.Length);
        return response.BodyWriter.FlushAsync(context.RequestAborted).AsTask();
    }
}
