using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sandglass.Server;

/// <summary>Turns every failure into an answer in OpenAI's shape, that of routes too.</summary>
internal static class ErrorMiddleware
{
    public static async Task Handle(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
                await ErrorAnswer.WriteAsync(context, OfStatus(context)).ConfigureAwait(false);
            RequestFacts.Of(context)?.IsAnswered = true;
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // nobody is there to be told
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            ApiError error = ApiError.Of(Deadline.Explain(context, failure), ApiRouteNames.Of(context));
            if (error.Code == ErrorCodes.Internal) Log(context, failure);
            await ErrorAnswer.WriteAsync(context, error).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Log(context, failure);
            context.Abort();        // what was sent is not whole, and the client must see that
        }
    }

    private static ApiError OfStatus(HttpContext context)
    {
        string route = $"{context.Request.Method} {Words.Short(context.Request.Path.Value ?? "")}", allowed = context.Response.Headers.Allow.ToString();
        return ApiError.OfHttp(context.Response.StatusCode, context.Response.StatusCode switch
        {
            404 => $"There is no {route}. {NearRoute.Advice(context.Request.Path.Value ?? "")}",
            405 => $"There is no {route}; expected {(allowed.Length > 0 ? allowed : "another method")}.",
            int status => $"The request failed with status {status}.",
        });
    }

    public static void Log(HttpContext context, Exception failure)
    {
        ILogger? logger = ((ILoggerFactory?)context.RequestServices.GetService(typeof(ILoggerFactory)))?.CreateLogger("Sandglass.Server");
        if (logger?.IsEnabled(LogLevel.Error) == true)
            logger.Log(LogLevel.Error, default, context.Request.Path.Value, failure, static (path, failure) => $"{path} failed: {failure}");
    }
}
