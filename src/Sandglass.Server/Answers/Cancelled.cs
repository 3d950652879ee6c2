using Microsoft.AspNetCore.Http;
using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>A text that was ended from outside is no answer.</summary>
internal static class Cancelled
{
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    /// <exception cref="RequestException">The server stops.</exception>
    public static void Refuse(GenerationResult result, HttpContext context)
    {
        if (result.Finish != FinishReason.Cancelled) return;
        context.RequestAborted.ThrowIfCancellationRequested();
        throw new RequestException("stopping", "The server is stopping and ended the text. Ask again.");
    }
}
