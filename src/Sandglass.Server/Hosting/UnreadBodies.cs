using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sandglass.Server;

/// <summary>A middleware: an answer that comes before the request's body was read says that the connection ends with it, where it may have to.</summary>
/// <remarks>
/// The web server reads what is left of a body after the answer, and where that is more than a body may have, or does not come within five seconds, it closes
/// the connection. Without a word of that in the answer a client would send its next request there, and lose it.
/// </remarks>
internal static class UnreadBodies
{
    private const long Short = 1 << 16;     // bytes that are there with the headers, or soon

    public static Task Handle(HttpContext context, RequestDelegate next)
    {
        long? length = context.Request.ContentLength;
        bool isLong = length > Short || (length is null && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true);
        if (isLong) context.Response.OnStarting(Announce, context);
        return next(context);
    }

    private static Task Announce(object state)
    {
        HttpContext context = (HttpContext)state;
        if (RequestFacts.Of(context) is not { BodyIsRead: true }) context.Response.Headers.Connection = "close";
        return Task.CompletedTask;
    }
}
