using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Sandglass.Extensions.AI;

/// <summary>Further variables of the chat template, as vLLM's API names them: <c>chat_template_kwargs</c>.</summary>
internal static class TemplateProperties
{
    public const string Name = "chat_template_kwargs";

    private static readonly IReadOnlyDictionary<string, JsonElement> None = new Dictionary<string, JsonElement>();

    public static IReadOnlyDictionary<string, JsonElement> Of(ChatOptions? options) => options?.AdditionalProperties?.GetValueOrDefault(Name) switch
    {
        null => None,
        IReadOnlyDictionary<string, JsonElement> given => given,
        JsonElement { ValueKind: JsonValueKind.Object } given => given.EnumerateObject().ToDictionary(property => property.Name, property => property.Value),
        object other => throw new ArgumentException(
            $"{Name}: expected a JsonElement that is an object, or a dictionary of JsonElement, found {other.GetType().Name}.", nameof(options)),
    };
}
