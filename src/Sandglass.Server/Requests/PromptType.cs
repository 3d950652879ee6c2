using System.Text.Json;

namespace Sandglass.Server;

/// <summary>What to read: a text, several, the ids of one, or the ids of several.</summary>
/// <param name="most">At most this many, by the server's limits.</param>
internal sealed class PromptType(Func<ServerLimits, int> most) : ParameterType<PromptList>
{
    private const string Text = """{"type":"string"}""",
        Ids = """{"type":"array","minItems":1,"items":{"type":"integer","minimum":0,"maximum":2147483647}}""";

    public override string Expected => "a text, a list of token ids, or a list of texts and of such lists";

    public override string Schema => $$$"""
        {"oneOf":[{{{Text}}},{{{Ids}}},{"type":"array","minItems":1,"items":{"oneOf":[{{{Text}}},{{{Ids}}}]}}]}
        """.Trim();

    public override PromptList Read(JsonElement value, string name) => new(draft =>
    {
        if (value.ValueKind == JsonValueKind.String) return [new Prompt(value.GetString(), null)];
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0) throw Wrong(name, value);
        if (value[0].ValueKind == JsonValueKind.Number) return [new Prompt(null, IdsOf(value, draft, name, name))];

        int count = value.GetArrayLength(), limit = most(draft.Limits);
        if (count > limit) throw new RequestException("limit-exceeded", $"{name}: expected at most {limit} texts, found {count}.", name);
        return [.. value.EnumerateArray().Select((one, i) => one.ValueKind switch
        {
            JsonValueKind.String => new Prompt(one.GetString(), null),
            JsonValueKind.Array => new Prompt(null, IdsOf(one, draft, name, $"{name}[{i}]")),
            _ => throw Wrong(name, $"{Found.Of(one)} in it"),
        })];
    });

    private int[] IdsOf(JsonElement list, RequestDraft draft, string name, string place)
    {
        if (list.GetArrayLength() == 0)
            throw new RequestException("prompt-empty", $"{place}: expected a list of at least one token id, or a text, found an empty list.", name);
        PromptIds.RequireFits(list.GetArrayLength(), draft.Served.Model, name);
        int[] ids = new int[list.GetArrayLength()];
        int at = 0;
        foreach (JsonElement one in list.EnumerateArray())
        {
            if (!WholeType.TryWhole(one, out long id) || id is < 0 or > int.MaxValue) throw Wrong(name, $"{Found.Of(one)} in it");
            ids[at++] = (int)id;
        }
        return ids;
    }
}

/// <summary>Prompts that are still to be counted against a server's limits and a model's context.</summary>
internal sealed record PromptList(Func<RequestDraft, IReadOnlyList<Prompt>> Of);
