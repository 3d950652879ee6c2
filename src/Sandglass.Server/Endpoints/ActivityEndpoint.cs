using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary><c>GET /activity</c>: what a model's engine does, step by step: who waits, who reads, who writes. Never a word of a text.</summary>
internal sealed class ActivityEndpoint(ServerState state)
{
    private const string Model = "model";

    public async Task Handle(HttpContext context)
    {
        ServedModel served = state.Models.Find(ModelOf(context.Request.Query));
        Caller caller = Caller.Of(context);
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

    private static string? ModelOf(IQueryCollection query)
    {
        foreach (string name in query.Keys)
            if (name != Model) throw new RequestException("parameter-unknown", $"There is no parameter {Words.Short(name)} here: expected {Model} or none.", name);
        if (query[Model].Count > 1) throw new RequestException("parameter-twice", $"{Model}: expected once, found {query[Model].Count} times.", Model);
        return query[Model] is [string { Length: > 0 } id] ? id : null;
    }
}
