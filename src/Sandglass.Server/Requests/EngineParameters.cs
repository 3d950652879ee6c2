using System.Text.Json;
using Sandglass.Generation;
using static Sandglass.Server.Forms;

namespace Sandglass.Server;

/// <summary>When and how a request goes through the engine; the text does not depend on it.</summary>
internal static class EngineParameters
{
    private const int LongestName = 512;

    private static readonly TextType Name = new(LongestName);

    private static readonly RawType Prediction = new(
        "an object with type \"content\" and content, a text or a list of parts of type text",
        """
        {"type":"object","required":["type","content"],"additionalProperties":false,
        "properties":{"type":{"const":"content"},"content":{"$ref":"#/components/schemas/Content"}}}
        """.Trim());

    public static IReadOnlyList<Parameter> All { get; } =
    [
        Parameter.Of(
            "prediction", ApiRoutes.Text, Prediction, "A text that much of the answer will repeat: drafts are taken from it. Same answer, sooner.",
            static (draft, value) => draft.Prediction = PredictionOf(value), nameof(GenerationOptions.Prediction)),
        Parameter.Of(
            "draft", ApiRoutes.Text, new WordType("none", "lookup", "model"),
            "Guesses ahead: by what stood in the text before (lookup), or with the smaller model that the server was started with. Same answer.",
            static (draft, value) => draft.Draft = value switch { "lookup" => DraftKind.Lookup, "model" => DraftKind.Model, _ => DraftKind.None },
            nameof(GenerationOptions.Draft)),
        Parameter.Of(
            "priority", ApiRoutes.Text, new WholeType(-1000, 1000), "Lower is served earlier. Default: what the key gives, or 0; less than that is refused.",
            static (draft, value) => draft.Priority = value, nameof(GenerationOptions.Priority)),
        Parameter.Of(
            "start_within", ApiRoutes.Text, new RealType(1e-3, 1e6), "Refuses the request where it cannot begin within this many seconds.",
            static (draft, value) => draft.StartWithin = value, nameof(GenerationOptions.StartWithin)),
        Parameter.Of(
            "cache_salt", ApiRoutes.Text, new TextType(LongestName, shortest: 1), "Shares cached beginnings only with requests that have the same salt.",
            static (draft, value) => draft.CacheSalt = value, nameof(GenerationOptions.CacheSalt)),
        Parameter.Of(
            "cache_prompt", ApiRoutes.Text, Flag, "Whether beginnings that are in the cache are read from there, and left there. Default true. Same answer.",
            static (draft, value) => draft.CachePrompt = value, nameof(GenerationOptions.ShareCache)),
        Parameter.Of(
            "no_cache", ApiRoutes.Text, Flag,
            "Reads the whole text again for each token instead of keeping keys and values: the same answer, much more work. Not with `draft`. Default false.",
            static (draft, value) => draft.NoCache = value, nameof(GenerationOptions.NoCache)),
        Parameter.Of(
            "compute", ApiRoutes.Text, new WordType("fast", "fine", "exact"), "Refuses the request where the server runs the model in another mode.",
            RequireCompute),
        Parameter.Of(
            "user", ApiRoutes.Text | ApiRoutes.Embeddings, Name, "Goes into the request's trace, as `user.id`. The text does not depend on it.",
            static (draft, value) => draft.User = value),
        Parameter.Of(
            "safety_identifier", ApiRoutes.Text, Name, "As `user`, in whose place OpenAI has it now.", static (draft, value) => draft.SafetyIdentifier = value),
        Parameter.Of(
            "metadata", ApiRoutes.Text, new LabelsType(), "Goes into the request's trace, as `sandglass.metadata.NAME`. The text does not depend on it.",
            static (draft, value) => draft.Metadata = value),
        Parameter.Of(
            "prompt_cache_key", ApiRoutes.Text, Name,
            "Where many machines serve, a hint that keeps requests together. Here all requests of a key share one cache already; "
                + "to part them, give `cache_salt`.",
            static (draft, value) => draft.CacheKey = value),
    ];

    private static string PredictionOf(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object) KnownFields.Require(value, "prediction", "type", "content");
        bool isContent = value.ValueKind == JsonValueKind.Object
            && value.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("content")
            && value.TryGetProperty("content", out _);
        return isContent
            ? MessageContent.Text(value.GetProperty("content"), "prediction.content")
            : throw new RequestException("parameter-value", $"prediction: expected {Prediction.Expected}, found {Found.Of(value)}.", "prediction");
    }

    private static void RequireCompute(RequestDraft draft, string value)
    {
        string runs = ComputeName.Of(draft.Served);
        if (value != runs) throw new RequestException(
            "compute-other", $"compute: expected \"{runs}\", in which this server runs {draft.Served.Id}, found \"{value}\".", "compute");
    }
}
