using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary>Lets requests in while the server takes any, and counts them. Metrics can be read to the end.</summary>
internal sealed class DrainGate(Drain drain)
{
    /// <summary>How long a client is told to wait: by then another server may have taken over.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);

    public async Task Handle(HttpContext context, RequestDelegate next)
    {
        if (Probes.IsMetrics(context.Request.Path))
        {
            await next(context).ConfigureAwait(false);
            return;
        }
        if (!drain.TryEnter())
        {
            context.Response.Headers.Connection = "close";
            await ErrorAnswer.WriteAsync(
                context, new ApiError(503, "The server is stopping: it finishes what it has begun and takes nothing new.", "stopping") { RetryAfter = Wait })
                .ConfigureAwait(false);
            return;
        }
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            drain.Leave();
        }
    }
}
