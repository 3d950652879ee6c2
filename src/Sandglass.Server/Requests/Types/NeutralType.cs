using System.Text.Json;

namespace Sandglass.Server;

/// <summary>A parameter that is accepted only where it changes nothing, and else refused with a reason.</summary>
/// <param name="neutral">Such values, in words; null where there is none.</param>
/// <param name="schema">JSON Schema of them.</param>
/// <param name="isNeutral">Whether a value is one.</param>
/// <param name="reason">Why no other can be honoured, and what to do instead.</param>
internal sealed class NeutralType(string? neutral, string schema, Predicate<JsonElement> isNeutral, string reason) : ParameterType<JsonElement>
{
    public override string Expected => neutral is null ? "nothing" : neutral;

    public override string Schema => schema;

    /// <summary>Why.</summary>
    public string Reason => reason;

    public override JsonElement Read(JsonElement value, string name)
    {
        if (isNeutral(value)) return value;
        string accepted = neutral is null ? "Leave it out." : $"Leave it out, or give {neutral}.";
        throw new RequestException("parameter-unsupported", $"{name} is not supported: {reason}. {accepted}", name);
    }
}
