using System.Text.Json;
using Sandglass.Chat;

namespace Sandglass.Server;

/// <summary>A conversation as the prompt that its model reads.</summary>
internal static class Conversation
{
    /// <summary>The prompt.</summary>
    /// <param name="draft">The request; its body must still be there.</param>
    /// <param name="now">What the template takes for the time.</param>
    /// <exception cref="RequestException">A message is none, or has a field that is unknown or of no use with this template.</exception>
    /// <exception cref="TemplateException">The template refuses them.</exception>
    public static ChatPrompt Of(RequestDraft draft, DateTimeOffset now)
    {
        ChatMessage[] messages = ChatMessages.Of(draft);
        ChatTemplate template = draft.Served.Model.ChatTemplate;
        ChatPrompt prompt = template.Render(new ChatRequest(messages)
        {
            AddGenerationPrompt = draft.ContinueFinalMessage ? null : draft.AddGenerationPrompt,
            ContinueFinalMessage = draft.ContinueFinalMessage,
            Documents = draft.Documents,
            Arguments = draft.TemplateArguments is JsonElement arguments ? arguments.EnumerateObject().ToDictionary(one => one.Name, one => one.Value) : [],
            Now = now,
        });
        ChatMessages.RequireRead(messages, prompt, template, draft.Served.Id);
        return prompt;
    }
}
