using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary><c>POST /v1/completions</c>: continues texts.</summary>
internal sealed class CompletionsEndpoint(ServerState state)
{
    public async Task Handle(HttpContext context)
    {
        RequestDraft draft;
        using (JsonDocument body = await JsonBody.ReadAsync(context, state.Options.Limits).ConfigureAwait(false))
            draft = ParameterTable.Read(body.RootElement, ApiRoutes.Completions, state.Models, state.Options.Limits);
        RequestRules.Check(draft);
        List<PromptText> prompts = [.. draft.Prompts.Select(prompt => PromptOf(prompt, draft))];
        await new TextAnswer(state, context, draft, new CompletionShape(draft)).WriteAsync(prompts).ConfigureAwait(false);
    }

    private static PromptText PromptOf(Prompt prompt, RequestDraft draft)
    {
        int[] ids = PromptIds.Of(prompt, draft, "prompt");
        return new PromptText(ids, !draft.Echo ? "" : prompt.Text ?? draft.Served.Model.Tokenizer.Decode(ids));
    }
}
