using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary><c>POST /v1/completions</c>: continues texts.</summary>
internal sealed class CompletionsEndpoint(ServerState state)
{
    public async Task Handle(HttpContext context)
    {
        (RequestDraft draft, List<PromptText> prompts) = await JsonBody.ReadAsync(context, state, (body, cancellation) =>
        {
            RequestDraft draft = ParameterTable.Read(body, ApiRoutes.Completions, state.Models, state.Options.Limits);
            RequestRules.Check(draft);
            PromptIds.ReadPrediction(draft, cancellation);
            List<PromptText> prompts = [.. draft.Prompts.Select(prompt => PromptOf(prompt, draft, cancellation))];
            draft.Prompts = [];     // they may be long, and are not needed any more
            return (draft, prompts);
        }).ConfigureAwait(false);
        await new TextAnswer(state, context, draft, new CompletionShape(draft)).WriteAsync(prompts).ConfigureAwait(false);
    }

    private static PromptText PromptOf(Prompt prompt, RequestDraft draft, CancellationToken cancellation)
    {
        int[] ids = PromptIds.Of(prompt, draft, "prompt", cancellation);
        return new PromptText(ids, !draft.Echo ? "" : prompt.Text ?? draft.Served.Model.Tokenizer.Decode(ids));
    }
}
