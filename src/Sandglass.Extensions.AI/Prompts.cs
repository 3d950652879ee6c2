using System.Text;
using Microsoft.Extensions.AI;
using Sandglass.Chat;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Sandglass.Extensions.AI;

/// <summary>A conversation of Microsoft.Extensions.AI as the prompt that the model's template makes of it.</summary>
internal static class Prompts
{
    public static ChatPrompt Request(IEnumerable<ChatMessage> messages, ChatOptions? options, LanguageModel model)
    {
        List<Chat.ChatMessage> all = [.. messages.Select(Message)];
        if (options?.Instructions is { Length: > 0 } instructions)
        {
            bool hasSystem = all is [{ Role: "system" }, ..];      // templates know one system text
            string text = hasSystem ? $"{instructions}\n\n{all[0].Content}" : instructions;
            if (hasSystem) all[0] = all[0] with { Content = text };
            else all.Insert(0, new Chat.ChatMessage("system", text));
        }
        return model.ChatTemplate.Render(new ChatRequest(all)
        {
            Now = model.Options.Time.GetLocalNow(),
            Arguments = TemplateProperties.Of(options),
        });
    }

    private static Chat.ChatMessage Message(ChatMessage message)
    {
        if (message is null) throw new ArgumentException("A message is null.", "messages");
        if (message.Role == ChatRole.Tool) throw NoTools();
        StringBuilder text = new(), thought = new();
        foreach (AIContent content in message.Contents)
        {
            if (content is TextContent said) text.Append(said.Text);
            else if (content is TextReasoningContent reasoning) thought.Append(reasoning.Text);
            else if (content is FunctionCallContent or FunctionResultContent) throw NoTools();
            else if (content is not UsageContent) throw new NotSupportedException(
                $"A message holds {content.GetType().Name}: this model reads text only. Give {nameof(TextContent)}.");
        }
        return new Chat.ChatMessage(message.Role.Value, text.ToString())
        {
            Name = message.AuthorName,
            ReasoningContent = thought.Length > 0 ? thought.ToString() : null,
        };
    }

    /// <summary>What is said where tools play a part.</summary>
    public static NotSupportedException NoTools() => new(
        "Tools are not supported yet: calls that a model writes are not read from its answer. Leave Tools out, and messages with calls and their results.");
}
