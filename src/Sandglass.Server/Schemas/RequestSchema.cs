using System.Text.Json.Nodes;

namespace Sandglass.Server;

/// <summary>The schema of a route's body, from the table of parameters.</summary>
internal static class RequestSchema
{
    public static JsonObject Of(ApiRoutes route)
    {
        JsonObject properties = [];
        JsonArray required = [];
        foreach (Parameter row in ParameterTable.All.Where(row => row.On.HasFlag(route)))
        {
            foreach (string name in row.Aliases.Prepend(row.Name)) properties[name] = Property(row, name, row.IsRequiredOn(route));
            if (row.IsRequiredOn(route)) required.Add((JsonNode)row.Name);
        }
        return new JsonObject { ["type"] = "object", ["required"] = required, ["additionalProperties"] = false, ["properties"] = properties };
    }

    // null is as good as leaving it out
    private static JsonObject Property(Parameter row, string name, bool isRequired)
    {
        JsonNode type = JsonNode.Parse(row.Type.Schema)!;
        JsonObject schema = isRequired ? type.AsObject() : new JsonObject { ["anyOf"] = new JsonArray(type, JsonNode.Parse("""{"type":"null"}""")) };
        schema["description"] = name == row.Name ? row.Meaning : $"Another name of `{row.Name}`. {row.Meaning}";
        return schema;
    }
}
