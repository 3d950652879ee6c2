using Sandglass.Generation;
using static Sandglass.Server.Forms;

namespace Sandglass.Server;

/// <summary>When a text is over.</summary>
internal static class EndParameters
{
    private const int MostStops = 64, LongestStop = 1000, MostStopIds = 50;

    private const string Limit = "Tokens to write at most, the end token counted. ";

    public static IReadOnlyList<Parameter> All { get; } =
    [
        Parameter.Of(
            "max_completion_tokens", ApiRoutes.Chat, FromZero, $"{Limit}Without it until the model ends the answer or the context is full.",
            static (draft, value) => draft.MaxTokens = value, nameof(GenerationOptions.MaxTokens)) with { Aliases = ["max_tokens", "n_predict"] },
        Parameter.Of(
            "max_tokens", ApiRoutes.Completions, FromZero, $"{Limit}Default 16, as OpenAI has it.",
            static (draft, value) => draft.MaxTokens = value, nameof(GenerationOptions.MaxTokens)) with { Aliases = ["n_predict"] },
        Parameter.Of(
            "max_tokens", ApiRoutes.Trace, FromZero, $"{Limit}Default 16 for a `prompt`, without limit for `messages`, as the routes that answer them have it.",
            static (draft, value) => draft.MaxTokens = value, nameof(GenerationOptions.MaxTokens)) with
            {
                Aliases = ["max_completion_tokens", "n_predict"],
            },
        Parameter.Of(
            "min_tokens", ApiRoutes.Text, FromZero, "No end token is chosen before this many tokens. Default 0.",
            static (draft, value) => draft.MinTokens = value, nameof(GenerationOptions.MinTokens)),
        Parameter.Of(
            "stop", ApiRoutes.Text, new TextsType(MostStops, LongestStop),
            "Texts that end the answer; no part of one is ever shown, also where it lies over several tokens.",
            static (draft, value) => draft.Stop = value, nameof(GenerationOptions.Stop)),
        Parameter.Of(
            "stop_token_ids", ApiRoutes.Text, new IdsType(MostStopIds), "Token ids that end the text, besides the model's own.",
            static (draft, value) => draft.StopIds = value, nameof(GenerationOptions.EndIds)),
        Parameter.Of(
            "ignore_eos", ApiRoutes.Text, Flag, "Never chooses one of the model's own end tokens; `stop_token_ids` still end the text.",
            static (draft, value) => draft.IgnoreEos = value, nameof(GenerationOptions.IgnoreEnd)),
        Parameter.Of(
            "time_limit", ApiRoutes.Text, new RealType(1e-3, 1e6),
            "Ends the text after this many seconds, waiting included; `finish_reason` is then `length`. What comes before a text and is not done by then (the "
                + "prompt's log-probabilities) is refused with 504.",
            static (draft, value) => draft.TimeLimit = value, nameof(GenerationOptions.TimeLimit)),
        Parameter.Of(
            "loop_ngram", ApiRoutes.Text, new WholeType(0, 4096),
            "Ends the text when its last run of this many tokens was written `loop_repeats` times. Default 0, never.",
            static (draft, value) => draft.LoopNgram = value, nameof(GenerationOptions.LoopNgram)),
        Parameter.Of(
            "loop_repeats", ApiRoutes.Text, new WholeType(2, int.MaxValue), "With `loop_ngram`: how often makes a loop. Default 4.",
            static (draft, value) => draft.LoopRepeats = value, nameof(GenerationOptions.LoopRepeats)),
    ];
}
