using System.Collections.Frozen;
using System.Text.Json;

namespace Sandglass.Server;

/// <summary>All parameters of the API. What stands in no row is refused, with the nearest name that does where one is near.</summary>
internal static class ParameterTable
{
    private const ApiRoutes Everywhere = ApiRoutes.Text | ApiRoutes.Embeddings | ApiRoutes.Tokenize | ApiRoutes.Detokenize | ApiRoutes.ApplyTemplate;

    private static readonly Parameter Model =
        Parameter.Of("model", Everywhere, new TextType(), "The model, by a name of `/v1/models`; may be left out where one is served.", (_, _) => { });

    /// <summary>The rows, in the order of the documents.</summary>
    public static IReadOnlyList<Parameter> All { get; } =
    [
        Model, .. PromptParameters.All, .. AnswerParameters.All, .. SamplingParameters.All, .. EndParameters.All, .. BeamParameters.All,
        .. EngineParameters.All, .. TraceParameters.All, .. UnsupportedParameters.All, .. TokenParameters.All,
    ];

    private static readonly FrozenDictionary<string, Parameter[]> ByName =
        All.SelectMany(row => row.Aliases.Prepend(row.Name).Select(name => (name, row))).GroupBy(pair => pair.name)
            .ToFrozenDictionary(group => group.Key, group => group.Select(pair => pair.row).ToArray());

    /// <summary>Reads a body.</summary>
    /// <exception cref="RequestException">Something in it is unknown, wrong or missing.</exception>
    public static RequestDraft Read(JsonElement body, ApiRoutes route, ServedModels models, ServerLimits limits)
    {
        string? model = body.TryGetProperty("model", out JsonElement named) && named.ValueKind != JsonValueKind.Null
            ? ((ParameterType<string>)Model.Type).Read(named, "model")
            : null;
        RequestDraft draft = new(route, models.Find(model), limits);
        foreach (JsonProperty property in body.EnumerateObject())
        {
            Parameter parameter = Find(property.Name, route) ?? throw Unknown(property.Name, route);
            if (property.Value.ValueKind == JsonValueKind.Null) continue;       // as good as left out, as OpenAI has it
            if (!draft.Given.Add(parameter.Name)) throw new RequestException(
                "parameter-twice", $"{property.Name}: expected {Words.List([.. parameter.Aliases.Prepend(parameter.Name)], "or")} once, found two of them.",
                property.Name);
            parameter.Set(draft, property.Value, property.Name);
        }
        foreach (Parameter parameter in All)
        {
            if (parameter.IsRequiredOn(route) && parameter.On.HasFlag(route) && !draft.Has(parameter.Name))
                throw new RequestException("parameter-missing", $"{parameter.Name}: expected {parameter.Type.Expected}, found none.", parameter.Name);
        }
        return draft;
    }

    /// <summary>The row of a name on a route; null for none.</summary>
    public static Parameter? Find(string name, ApiRoutes route) => Array.Find(ByName.GetValueOrDefault(name, []), row => row.On.HasFlag(route));

    private static RequestException Unknown(string name, ApiRoutes route)
    {
        string shown = Words.Short(name);
        if (ByName.TryGetValue(name, out Parameter[]? elsewhere))
            return new RequestException("parameter-unknown", $"{shown} is no parameter of this route, but one of {PathsOf(elsewhere)}.", shown);
        return new RequestException("parameter-unknown", $"There is no parameter {shown}. {Advice(shown, route)}", shown);
    }

    private static string Advice(string name, ApiRoutes route)
    {
        if (MeantNames.Advice(name, route) is string meant) return meant;
        if (NearName.Of(name, ByName.Where(pair => Array.Exists(pair.Value, row => row.On.HasFlag(route))).Select(pair => pair.Key)) is string near)
            return $"The nearest name that exists is {near}.";
        return NearName.Of(name, ByName.Keys) is string other
            ? $"The nearest name is {other}, which is no parameter of this route, but one of {PathsOf(ByName[other])}."
            : "None that exists is near it: GET /openapi.json lists all.";
    }

    private static string PathsOf(Parameter[] rows) => Words.List([.. rows.SelectMany(row => ApiRouteNames.PathsOf(row.On)).Distinct()], "and");
}
