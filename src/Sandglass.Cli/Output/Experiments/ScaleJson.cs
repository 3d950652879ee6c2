using System.Text.Json;
using Sandglass.Planning;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary>What follows the rows of <c>lab scale</c> in JSON: the formula for each length, and how all grows.</summary>
internal static class ScaleJson
{
    public static void Write(JsonLines lines, ScaleFormula formula, IReadOnlyList<ScaleFit>? fits)
    {
        foreach (int length in formula.Lengths)
        {
            ScalePlan plan = formula.Plan(length);
            Formula(lines, formula, ScaleRow.Prompt, length, plan.Quadratic, plan.Linear);
            Formula(lines, formula, ScaleRow.Token, length, plan.TokenAttention, plan.TokenWeights);
        }
        foreach (ScaleFit fit in fits ?? []) Growth(lines, formula, fit);
    }

    /// <summary>Operations, as <c>plan scale</c> has them; and what was measured, against the same length.</summary>
    private static void Formula(JsonLines lines, ScaleFormula formula, string what, int length, double attention, double weights)
    {
        Utf8JsonWriter json = Begin(lines, what, "formula");
        json.WriteNumber("context", length);
        json.WriteNumber("base", formula.Base);
        json.WriteDouble("attention", attention);
        json.WriteDouble("weights", weights);
        json.WriteDouble("total", attention + weights);
        json.WriteDouble("relative", formula.Work(what, length));
        json.WriteDouble("attentionRelative", formula.Attention(what, length));
        json.WriteDouble("measuredRelative", formula.Time(what, length));
        lines.End();
    }

    private static void Growth(JsonLines lines, ScaleFormula formula, ScaleFit fit)
    {
        Utf8JsonWriter json = Begin(lines, "growth", ScaleRow.Counted);
        json.WriteString("of", fit.What);
        json.WriteDouble("weights", fit.Weights);
        json.WriteDouble("attention", fit.Attention);
        lines.End();

        json = Begin(lines, "growth", ScaleRow.Measured);
        json.WriteString("of", fit.What);
        json.WriteDouble("time", fit.Time);
        json.WriteDouble("lastTime", fit.LastTime);
        json.WriteDouble("weightsSeconds", fit.WeightsSeconds);
        json.WriteDouble("attentionSeconds", fit.AttentionSeconds);
        Crossing(json, fit.Crossing);
        lines.End();

        json = Begin(lines, "growth", "formula");
        json.WriteString("of", fit.What);
        Crossing(json, formula.Crossing(fit.What));
        lines.End();
    }

    private static Utf8JsonWriter Begin(JsonLines lines, string what, string source)
    {
        Utf8JsonWriter json = lines.Begin();
        json.WriteString("what", what);
        json.WriteString("source", source);
        return json;
    }

    private static void Crossing(Utf8JsonWriter json, double? crossing)
    {
        if (crossing is double at) json.WriteDouble("crossing", at);
        else json.WriteNull("crossing");
    }
}
