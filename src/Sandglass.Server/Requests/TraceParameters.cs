using System.Text.Json;

namespace Sandglass.Server;

/// <summary>What is told of a text that is traced, and what a trace has always.</summary>
internal static class TraceParameters
{
    public static IReadOnlyList<Parameter> All { get; } =
    [
        Parameter.Of(
            "trace", ApiRoutes.Trace, new TraceType(),
            "What each token's step tells: `candidates`, how many of the likeliest (32); `asked`, ids whose rank and probability are told too; `attention`, "
                + "`none`, `means` over each layer's heads (the default) or `all`, the largest too; `heads`, pairs of layer and head whose weights come whole; "
                + "`logits`, those of the whole vocabulary. Not with `beams`.",
            static (draft, value) => draft.Watched = value),
        Parameter.Neutral("n", ApiRoutes.Trace, new NeutralType("1", """{"const":1}""", static value => Is(value, 1), "a trace is of one text")),
        Parameter.Neutral("stream", ApiRoutes.Trace, Always("a trace comes as events, always")),
        Parameter.Neutral("explain", ApiRoutes.Trace, Always("a trace explains each token, always")),
    ];

    private static NeutralType Always(string reason) =>
        new("true", """{"const":true}""", static value => value.ValueKind == JsonValueKind.True, reason);

    private static bool Is(JsonElement value, long number) => WholeType.TryWhole(value, out long given) && given == number;
}
