using System.Text.Json;

namespace Sandglass.Server;

/// <summary>OpenAI's metadata: a few short texts by name.</summary>
internal sealed class LabelsType : ParameterType<IReadOnlyDictionary<string, string>>
{
    private const int Most = 16, LongestName = 64, LongestText = 512;

    public override string Expected => $"an object of at most {Most} texts of at most {LongestText} characters, with names of at most {LongestName}";

    public override string Schema => $$$"""
        {"type":"object","maxProperties":{{{Most}}},"propertyNames":{"maxLength":{{{LongestName}}}},
        "additionalProperties":{"type":"string","maxLength":{{{LongestText}}}}}
        """.Trim();

    public override IReadOnlyDictionary<string, string> Read(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Wrong(name, value);
        if (value.GetPropertyCount() > Most) throw Wrong(name, $"{value.GetPropertyCount()} texts");
        Dictionary<string, string> labels = [];
        foreach (JsonProperty label in value.EnumerateObject())
        {
            if (label.Name.Length > LongestName) throw Wrong(name, $"a name of {label.Name.Length}");
            if (label.Value.ValueKind != JsonValueKind.String) throw Wrong(name, $"{Found.Of(label.Value)} for {label.Name}");
            string text = label.Value.GetString()!;
            if (text.Length > LongestText) throw Wrong(name, $"{text.Length} characters for {label.Name}");
            labels[label.Name] = text;
        }
        return labels;
    }
}
