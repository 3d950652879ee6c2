using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary><c>GET /activity</c>: what a model's engine does, step by step: who waits, who reads, who writes. Never a word of a text.</summary>
internal sealed class ActivityEndpoint(ServerState state)
{
    private const string Model = "model", Site = "Sec-Fetch-Site";

    public async Task Handle(HttpContext context)
    {
        ServedModel served = state.Models.Find(ModelOf(context.Request.Query));
        Caller caller = Caller.Of(context);
        if (caller.Holder is null) RequireNoForeignPage(context.Request);
        state.Watching.Enter(caller);
        try
        {
            await new ActivityAnswer(state, context, served, caller).WriteAsync().ConfigureAwait(false);
        }
        finally
        {
            state.Watching.Leave(caller);
        }
    }

    /// <summary>A browser lets any page begin a GET that it may not read, and it would hold a place of those who watch. A key cannot be sent that way; nor can
    /// a body of JSON, which all that is posted is.</summary>
    private static void RequireNoForeignPage(HttpRequest request)
    {
        if (request.Headers[Site] != "cross-site") return;
        throw new RequestException(
            "cross-site",
            $"A page of another site asks to watch this server ({Site}: cross-site), which has no keys: expected its own page, or a program. Open its address.");
    }

    private static string? ModelOf(IQueryCollection query)
    {
        foreach (string name in query.Keys)
            if (name != Model) throw new RequestException("parameter-unknown", $"There is no parameter {Words.Short(name)} here: expected {Model} or none.", name);
        if (query[Model].Count > 1) throw new RequestException("parameter-twice", $"{Model}: expected once, found {query[Model].Count} times.", Model);
        return query[Model] is [string { Length: > 0 } id] ? id : null;
    }
}
