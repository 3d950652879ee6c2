using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sandglass.Chat;

namespace Sandglass.Server;

/// <summary><c>POST /v1/chat/completions</c> answers a conversation, <c>POST /apply-template</c> shows the prompt that it is written as.</summary>
internal sealed class ChatEndpoint(ServerState state)
{
    public async Task Answer(HttpContext context)
    {
        (RequestDraft draft, ChatPrompt prompt) = await ReadAsync(context, ApiRoutes.Chat).ConfigureAwait(false);
        LanguageModel model = draft.Served.Model;
        int[] ids = PromptIds.Fitting(prompt.Encode(model.Tokenizer).Ids, model, "messages");
        await new TextAnswer(state, context, draft, new ChatShape(draft)).WriteAsync([new PromptText(ids, "")]).ConfigureAwait(false);
    }

    public async Task ApplyTemplate(HttpContext context)
    {
        (_, ChatPrompt prompt) = await ReadAsync(context, ApiRoutes.ApplyTemplate).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("prompt", prompt.Text);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task<(RequestDraft Draft, ChatPrompt Prompt)> ReadAsync(HttpContext context, ApiRoutes route)
    {
        using JsonDocument body = await JsonBody.ReadAsync(context, state.Options.Limits).ConfigureAwait(false);
        RequestDraft draft = ParameterTable.Read(body.RootElement, route, state.Models, state.Options.Limits);
        RequestRules.Check(draft);
        return (draft, Conversation.Of(draft, state.Now));
    }
}
