using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sandglass.Chat;

namespace Sandglass.Server;

/// <summary><c>POST /v1/chat/completions</c> answers a conversation, <c>POST /apply-template</c> shows the prompt that it is written as.</summary>
internal sealed class ChatEndpoint(ServerState state)
{
    public async Task Answer(HttpContext context)
    {
        (RequestDraft draft, int[] ids) = await JsonBody.ReadAsync(context, state, (body, cancellation) =>
        {
            (RequestDraft draft, ChatPrompt prompt) = Read(body, ApiRoutes.Chat);
            PromptIds.ReadPrediction(draft, cancellation);
            return (draft, PromptIds.Of(prompt, draft, "messages", cancellation));
        }).ConfigureAwait(false);
        await new TextAnswer(state, context, draft, new ChatShape(draft)).WriteAsync([new PromptText(ids, "")]).ConfigureAwait(false);
    }

    public async Task ApplyTemplate(HttpContext context)
    {
        string prompt = await JsonBody.ReadAsync(context, state, (body, _) => Read(body, ApiRoutes.ApplyTemplate).Prompt.Text).ConfigureAwait(false);
        await LongAnswer.WriteAsync(context, answer => answer.WriteTextAsync("prompt", prompt)).ConfigureAwait(false);
    }

    private (RequestDraft Draft, ChatPrompt Prompt) Read(JsonElement body, ApiRoutes route)
    {
        RequestDraft draft = ParameterTable.Read(body, route, state.Models, state.Options.Limits);
        RequestRules.Check(draft);
        return (draft, Conversation.Of(draft, state.Now));
    }
}
