using System.Text.Json;
using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary><c>plan time --json</c>.</summary>
internal static class PlanTimeJson
{
    public static void Write(Terminal terminal, PlannedModel model, TimeRows rows)
    {
        JsonLines lines = new(terminal.Bytes);
        StepTime time = rows.Time;
        foreach (long context in rows.Contexts)
        {
            StepCost read = rows.Time.CostOfPrompt(context, 0);
            End(Begin("prefill", context, depth: 0, batch: 1, context / read.Seconds, read));
        }
        foreach (long context in rows.Contexts)
        {
            StepCost wrote = rows.Time.CostOfDecode(1, context);
            End(Begin("decode", 1, context, batch: 1, 1 / wrote.Seconds, wrote));
        }
        StepCost first = rows.First;
        Utf8JsonWriter json = Begin("ttft", rows.Prompt, depth: 0, batch: 1, rows.Prompt / first.Seconds, first);
        json.WriteNumber("completionTokens", rows.Tokens);
        json.WriteDouble("completionSeconds", rows.Whole);
        WriteOr(json, "attentionCrossing", TimePlan.Crossing(time));
        WriteOr(json, "computeBatch", TimePlan.ComputeBatch(time));
        End(json);
        foreach (int batch in rows.Batches)
        {
            StepCost step = rows.Time.CostOfDecode(batch, rows.Depth);
            End(Begin("batch", batch, rows.Depth, batch, batch / step.Seconds, step));
        }

        Utf8JsonWriter Begin(string what, double tokens, double depth, int batch, double rate, StepCost cost)
        {
            Utf8JsonWriter line = lines.Begin();
            line.WriteString("model", model.Entry?.Name ?? model.Shape.Name);
            line.WriteString("hardware", time.Machine.Name);
            line.WriteString("what", what);
            line.WriteDouble("tokens", tokens);
            line.WriteDouble("depth", depth);
            line.WriteNumber("batch", batch);
            if (time.Machine.Threads > 0) line.WriteNumber("threads", time.Machine.Threads);
            else line.WriteNull("threads");
            line.WriteDouble("seconds", cost.Seconds);
            line.WriteDouble("tokensPerSecond", rate);
            line.WriteString("bound", cost.Bound.ToString().ToLowerInvariant());
            line.WriteString("weightType", time.WeightTypeName);
            line.WriteString("cacheType", time.Options.CacheType.ToString());
            line.WriteDouble("bytes", cost.WeightBytes + cost.CacheBytes);
            line.WriteDouble("operations", cost.WeightOperations + cost.AttentionOperations);
            line.WriteDouble("attentionShare", cost.AttentionSeconds / cost.Seconds);
            line.WriteBoolean("measured", time.Machine.Engine is not null);
            return line;
        }

        void End(Utf8JsonWriter line)
        {
            if (time.Machine.Assumption is string assumed) line.WriteString("machineAssumption", assumed);
            if (model.Entry?.Assumption is string assumption) line.WriteString("assumption", assumption);
            if (model.Shape.Doubt is string doubt) line.WriteString("doubt", doubt);
            lines.End();
        }
    }

    private static void WriteOr(Utf8JsonWriter json, string name, long? number)
    {
        if (number is long some) json.WriteNumber(name, some);
        else json.WriteNull(name);
    }
}
