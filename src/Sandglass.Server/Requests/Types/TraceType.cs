using System.Text.Json;
using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>What a trace tells.</summary>
internal sealed class TraceType : ParameterType<TraceOptions>
{
    private static readonly string[] Fields = ["candidates", "asked", "attention", "heads", "logits"];
    private static readonly WholeType Candidates = new(0, TraceOptions.MostCandidates), Number = new(0, int.MaxValue);
    private static readonly IdsType Asked = new(TraceOptions.MostAsked);
    private static readonly WordType Attention = new("none", "means", "all");

    public override string Expected => "an object of candidates, asked, attention, heads and logits";

    public override string Schema => $$$"""
        {"type":"object","additionalProperties":false,"properties":{"candidates":{{{Candidates.Schema}}},"asked":{{{Asked.Schema}}},
        "attention":{{{Attention.Schema}}},"heads":{"type":"array","maxItems":{{{TraceOptions.MostHeads}}},
        "items":{"type":"array","minItems":2,"maxItems":2,"items":{{{Number.Schema}}}}},"logits":{{{Forms.Flag.Schema}}}}}
        """.Trim();

    public override TraceOptions Read(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Wrong(name, value);
        TraceOptions watched = new();
        foreach (JsonProperty field in value.EnumerateObject())
        {
            string path = $"{name}.{field.Name}";
            if (!Fields.Contains(field.Name)) throw KnownFields.Unknown(field.Name, name, Fields);
            if (field.Value.ValueKind == JsonValueKind.Null) continue;
            watched = field.Name switch
            {
                "candidates" => watched with { Candidates = Candidates.Read(field.Value, path) },
                "asked" => watched with { Asked = Asked.Read(field.Value, path) },
                "attention" => watched with { Attention = AttentionOf(Attention.Read(field.Value, path)) },
                "heads" => watched with { Heads = HeadsOf(field.Value, path) },
                _ => watched with { Logits = Forms.Flag.Read(field.Value, path) },
            };
        }
        return watched;
    }

    private static TracedAttention AttentionOf(string word) => word switch
    {
        "none" => TracedAttention.None,
        "means" => TracedAttention.Means,
        _ => TracedAttention.All,
    };

    private static TracedHead[] HeadsOf(JsonElement value, string path)
    {
        string expected = $"{path}: expected a list of at most {TraceOptions.MostHeads} pairs of layer and head, such as [[3,0],[3,1]], found ";
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > TraceOptions.MostHeads) throw Refused(Found.Of(value));
        List<TracedHead> heads = [];
        foreach (JsonElement pair in value.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2) throw Refused($"{Found.Of(pair)} in it");
            heads.Add(new TracedHead(Number.Read(pair[0], path), Number.Read(pair[1], path)));
        }
        return [.. heads];

        RequestException Refused(string found) => new("parameter-value", $"{expected}{found}.", path);
    }
}
