using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Sandglass.Server;

/// <summary>A line a request, and its place in the counts: who asked for what, how it went, how long it took. No word of any text.</summary>
internal sealed partial class RequestLog(ServerTelemetry telemetry, AnswerIds ids, TimeProvider time, ILogger<RequestLog> log)
{
    private const string NoRoute = "none";

    // of anything else there could be any number
    private static readonly string[] Methods = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"];

    public async Task Handle(HttpContext context, RequestDelegate next)
    {
        long began = time.GetTimestamp();
        RequestFacts facts = new() { Id = ids.Next("req") };
        context.Features.Set(facts);
        context.Response.Headers["x-request-id"] = facts.Id;
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            string route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? NoRoute;
            string method = Methods.Contains(context.Request.Method) ? context.Request.Method : "other";
            bool left = !facts.IsAnswered && context.RequestAborted.IsCancellationRequested;
            int status = left ? 499 : context.Response.StatusCode;      // nginx's number for a client that left
            telemetry.Http.Count(route, method, status);
            double milliseconds = Math.Round(time.GetElapsedTime(began).TotalMilliseconds, 1);
            string key = Caller.Of(context).Holder?.Name ?? "-";
            if (facts.Model is null) Answered(method, route, status, milliseconds, key, facts.Id);
            else
                Generated(
                    method, route, status, milliseconds, key, facts.Id, facts.Model, facts.PromptTokens, facts.CachedTokens, facts.CompletionTokens,
                    facts.Finish ?? "abort");
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{method} {route} {status} in {ms} ms, key {key}, id {id}")]
    private partial void Answered(string method, string route, int status, double ms, string key, string id);

    [LoggerMessage(
        2, LogLevel.Information,
        "{method} {route} {status} in {ms} ms, key {key}, id {id}, model {model}, prompt {prompt_tokens} ({cached_tokens} cached), "
            + "wrote {completion_tokens}, {finish}")]
    private partial void Generated(
        string method, string route, int status, double ms, string key, string id, string model, int prompt_tokens, int cached_tokens,
        int completion_tokens, string finish);
}
