using System.Text.Json;

namespace Sandglass.Server;

/// <summary>The fields of an object inside a body: one that is unknown is refused with the nearest name that exists, or with all where none
/// is near.</summary>
internal static class KnownFields
{
    /// <summary>Fails where an object has another field.</summary>
    /// <param name="value">An object.</param>
    /// <param name="path">Where it stands in the body, for instance <c>messages[0].content[1]</c>.</param>
    /// <param name="known">The fields that it may have.</param>
    /// <exception cref="RequestException">There is one that is unknown.</exception>
    public static void Require(JsonElement value, string path, params IReadOnlyList<string> known)
    {
        foreach (JsonProperty field in value.EnumerateObject())
            if (!known.Contains(field.Name)) throw Unknown(field.Name, path, known);
    }

    /// <summary>A refusal that names the field, its place and what it may have been.</summary>
    public static RequestException Unknown(string field, string path, IEnumerable<string> known)
    {
        string shown = Words.Short(field);
        string advice = NearName.Of(shown, known) is string near ? $"The nearest name that exists is {near}." : $"It may have {Words.List([.. known.Order(StringComparer.Ordinal)], "and")}.";
        return new RequestException("parameter-unknown", $"There is no field {shown} in {path}. {advice}", $"{path}.{shown}");
    }
}
