using System.Text.Json;
using Sandglass.Generation;
using static Sandglass.Server.Forms;

namespace Sandglass.Server;

/// <summary>How many texts are answered, and what is told of them.</summary>
internal static class AnswerParameters
{
    private const int MostSamples = StepBudget.Sequences, MostTop = 20;

    private static readonly WholeType Samples = new(1, MostSamples), Top = new(0, MostTop);

    private static readonly RawType StreamOptions = new(
        "an object with include_usage",
        """
        {"type":"object","properties":{"include_usage":{"type":"boolean"},"include_obfuscation":{"const":false}},"additionalProperties":false}
        """.Trim());

    public static IReadOnlyList<Parameter> All { get; } =
    [
        Parameter.Of(
            "n", ApiRoutes.Answers, Samples,
            "How many texts to write; the prompt is read once. With `beams` how many of the best are given. Default 1, with `beams` all.",
            static (draft, value) => draft.Samples = value, "samples"),
        Parameter.Of(
            "best_of", ApiRoutes.Completions, Samples,
            "Writes this many texts and answers the `n` with the highest log-probability a token, best first. Not with `stream`.",
            static (draft, value) => draft.BestOf = value),
        Parameter.Of(
            "stream", ApiRoutes.Answers, Flag, "Sends tokens as they are written, as server-sent events.", static (draft, value) => draft.Stream = value),
        Parameter.Of(
            "stream_options", ApiRoutes.Answers, StreamOptions,
            "With `stream`: `include_usage` sends the figures in an event of their own before the end. `include_obfuscation` is accepted as false.",
            ReadStreamOptions),
        Parameter.Of(
            "echo", ApiRoutes.Completions, Flag, "Puts the prompt before the text, with its log-probabilities where `logprobs` are asked for.",
            static (draft, value) => draft.Echo = value),
        Parameter.Of(
            "logprobs", ApiRoutes.Chat, Flag, "Gives each token with its log-probability in the model's own distribution, before any sampler.",
            static (draft, value) => draft.Logprobs = value),
        Parameter.Of(
            "top_logprobs", ApiRoutes.Chat, Top, "With `logprobs`: this many of the likeliest tokens at each place.",
            static (draft, value) => draft.TopLogprobs = value, nameof(GenerationOptions.Logprobs)),
        Parameter.Of(
            "logprobs", ApiRoutes.Completions, Top, "Gives each token with its log-probability, and this many of the likeliest at each place.",
            static (draft, value) => (draft.Logprobs, draft.TopLogprobs) = (true, value), nameof(GenerationOptions.Logprobs)),
        Parameter.Of(
            "prompt_logprobs", ApiRoutes.Answers, Top,
            "The log-probability of each token of the prompt but the first, and this many of the likeliest at each place.",
            static (draft, value) => draft.PromptLogprobs = value),
        Parameter.Of(
            "return_token_ids", ApiRoutes.Answers, Flag, "Gives `token_ids` with each choice (the end token too) and `prompt_token_ids`.",
            static (draft, value) => draft.ReturnTokenIds = value),
        Parameter.Of(
            "hash_logits", ApiRoutes.Text, Flag,
            "Gives `logits_hashes` with each choice (in a trace `logitsHash` with each token): equal hashes are equal bits, on any machine.",
            static (draft, value) => draft.HashLogits = value, nameof(GenerationOptions.HashLogits)),
        Parameter.Of(
            "explain", ApiRoutes.Answers, Flag, "Gives `explanations` with each choice: for each token the stages, entropies, the draw and its interval.",
            static (draft, value) => draft.Explain = value, nameof(GenerationOptions.Explain)),
    ];

    private static void ReadStreamOptions(RequestDraft draft, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw new RequestException("parameter-value", $"stream_options: expected {StreamOptions.Expected}, found {Found.Of(value)}.", "stream_options");
        KnownFields.Require(value, "stream_options", "include_usage", "include_obfuscation");
        foreach (JsonProperty option in value.EnumerateObject())
        {
            string name = $"stream_options.{option.Name}";
            if (option.Value.ValueKind == JsonValueKind.Null) continue;
            switch (option.Name)
            {
                case "include_usage":
                    draft.IncludeUsage = Flag.Read(option.Value, name);
                    break;
                case "include_obfuscation" when !Flag.Read(option.Value, name):
                    break;
                default:
                    throw new RequestException("parameter-unsupported", $"{name} is not supported: no event is padded. Leave it out, or give false.", name);
            }
        }
    }
}
