using System.Text;
using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary><c>GET /metrics</c>: for Prometheus, under vLLM's names.</summary>
internal sealed class MetricsEndpoint(ServerState state)
{
    public Task Read(HttpContext context)
    {
        byte[] text = Encoding.UTF8.GetBytes(state.Telemetry.Write());
        context.Response.ContentType = PrometheusText.ContentType;
        context.Response.ContentLength = text.Length;
        return context.Response.BodyWriter.WriteAsync(text, context.RequestAborted).AsTask();
    }
}
