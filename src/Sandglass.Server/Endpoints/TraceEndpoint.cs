using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary><c>POST /trace</c>: continues a text or answers a conversation, and tells what was done for each token.</summary>
internal sealed class TraceEndpoint(ServerState state)
{
    public async Task Handle(HttpContext context)
    {
        (RequestDraft draft, PromptText prompt) = await JsonBody.ReadAsync(context, state, (body, cancellation) =>
        {
            RequestDraft draft = ParameterTable.Read(body, ApiRoutes.Trace, state.Models, state.Options.Limits);
            RequestRules.Check(draft);
            PromptIds.ReadPrediction(draft, cancellation);
            int[] ids = draft.IsChat
                ? PromptIds.Of(Conversation.Of(draft, state.Now), draft, "messages", cancellation)
                : PromptIds.Of(draft.Prompts[0], draft, "prompt", cancellation);
            draft.Prompts = [];     // it may be long, and is not needed any more
            return (draft, new PromptText(ids, ""));
        }).ConfigureAwait(false);
        await new TraceAnswer(state, context, draft, prompt).WriteAsync().ConfigureAwait(false);
    }
}
