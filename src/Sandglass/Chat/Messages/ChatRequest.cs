using System.Text.Json;

namespace Sandglass.Chat;

/// <summary>A conversation to be written as a prompt, and how.</summary>
/// <param name="Messages">The conversation so far.</param>
public sealed record ChatRequest(IReadOnlyList<ChatMessage> Messages)
{
    /// <summary>The tools that the model may call: a JSON array as OpenAI's API has it; null for none.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Documents to answer from, a JSON array, for templates that know them; null for none.</summary>
    public JsonElement? Documents { get; init; }

    /// <summary>Ends the prompt with what begins the assistant's answer. Null: unless <see cref="ContinueFinalMessage"/> is set.</summary>
    public bool? AddGenerationPrompt { get; init; }

    /// <summary>The model goes on where the last message ends, inside its turn: what the template writes behind that message is cut off.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Further variables of the template (<c>enable_thinking</c> and the like).</summary>
    public IReadOnlyDictionary<string, JsonElement> Arguments { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Which of the model's templates; null for the one for tools where there are tools, else the main one.</summary>
    public string? Template { get; init; }

    /// <summary>The time that templates may write (<c>strftime_now</c>), which is given and never taken. Without it templates that ask whether there is one do
    /// without, and those that do not ask fail.</summary>
    public DateTimeOffset? Now { get; init; }
}
