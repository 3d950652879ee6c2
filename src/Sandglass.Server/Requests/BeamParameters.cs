using System.Text.Json;
using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>Search with beams in place of drawing.</summary>
internal static class BeamParameters
{
    private static readonly WholeType Number = new(1, StepBudget.Sequences);

    private static readonly RawType Stopping = new("true, false or \"never\"", """{"enum":[true,false,"never"]}""");

    public static IReadOnlyList<Parameter> All { get; } =
    [
        Parameter.Of(
            "beams", ApiRoutes.Text, Number,
            "Searches for the likeliest texts with this many beams instead of drawing; the choices are the texts found, best first.",
            static (draft, value) => draft.Beams = value, nameof(Generation.BeamOptions.Beams)),
        Parameter.Of(
            "length_penalty", ApiRoutes.Text, new RealType(-5, 5), "With `beams`: above 0 for longer texts, below for shorter ones. Default 1.",
            static (draft, value) => draft.BeamOptions = draft.BeamOptions with { LengthPenalty = value }, nameof(Generation.BeamOptions.LengthPenalty)),
        Parameter.Of(
            "early_stopping", ApiRoutes.Text, Stopping,
            "With `beams`, once as many texts are finished: end when no beam looks better (false, the default), at once (true), "
                + "or when none can become better (\"never\").",
            static (draft, value) => draft.BeamOptions = draft.BeamOptions with { EarlyStopping = StoppingOf(value) },
            nameof(Generation.BeamOptions.EarlyStopping)),
        Parameter.Of(
            "beam_groups", ApiRoutes.Text, Number, "With `beams` and `diversity_penalty`: groups of beams that are to differ; divides `beams`. Default 1.",
            static (draft, value) => draft.BeamOptions = draft.BeamOptions with { Groups = value }, nameof(Generation.BeamOptions.Groups)),
        Parameter.Of(
            "diversity_penalty", ApiRoutes.Text, new RealType(0, 1e6),
            "With `beam_groups`: what a token loses for each beam of an earlier group that chose it.",
            static (draft, value) => draft.BeamOptions = draft.BeamOptions with { DiversityPenalty = value },
            nameof(Generation.BeamOptions.DiversityPenalty)),
    ];

    private static EarlyStopping StoppingOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => EarlyStopping.True,
        JsonValueKind.False => EarlyStopping.False,
        JsonValueKind.String when value.GetString() == "never" => EarlyStopping.Never,
        _ => throw new RequestException("parameter-value", $"early_stopping: expected {Stopping.Expected}, found {Found.Of(value)}.", "early_stopping"),
    };
}
