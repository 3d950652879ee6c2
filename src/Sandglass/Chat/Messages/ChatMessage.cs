using System.Text.Json;

namespace Sandglass.Chat;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>, or what else the model's template knows.</param>
/// <param name="Content">What is said; null where <c>Parts</c> say it, or where only tools are called.</param>
public sealed record ChatMessage(string Role, string? Content = null)
{
    /// <summary>What is said, in parts; null where <see cref="Content"/> says it.</summary>
    public IReadOnlyList<ChatPart>? Parts { get; init; }

    /// <summary>The speaker's name, or the tool's.</summary>
    public string? Name { get; init; }

    /// <summary>Tools that the assistant calls.</summary>
    public IReadOnlyList<ChatToolCall> ToolCalls { get; init; } = [];

    /// <summary>The call that a tool's message answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>What the assistant thought before it answered; templates show it as the model was trained on it.</summary>
    public string? ReasoningContent { get; init; }

    /// <summary>Further fields, as templates of some models read them.</summary>
    public IReadOnlyDictionary<string, JsonElement> Extra { get; init; } = new Dictionary<string, JsonElement>();
}

/// <summary>A part of a message.</summary>
/// <param name="Text">Its text; null where it is of another kind.</param>
public sealed record ChatPart(string? Text)
{
    /// <summary>Its kind.</summary>
    public string Type { get; init; } = "text";

    /// <summary>Further fields, of parts that are no text.</summary>
    public IReadOnlyDictionary<string, JsonElement> Extra { get; init; } = new Dictionary<string, JsonElement>();
}

/// <summary>A tool that the assistant calls.</summary>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">A JSON object, or a string that holds one; templates are given whichever they read.</param>
/// <param name="Id">What the tool's message refers to.</param>
public sealed record ChatToolCall(string Name, JsonElement Arguments, string? Id = null);
