using System.Text.Json;
using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary><c>plan train --json</c>.</summary>
internal static class PlanTrainJson
{
    public static void Write(Terminal terminal, TrainingPlan plan)
    {
        JsonLines lines = new(terminal.Bytes);
        Utf8JsonWriter json = lines.Begin();
        json.WriteDouble("parameters", plan.Parameters);
        json.WriteDouble("tokens", plan.Tokens);
        json.WriteDouble("operations", plan.Operations);
        json.WriteDouble("days", plan.Days);
        if (plan.Cost is double cost) json.WriteDouble("cost", cost);
        else json.WriteNull("cost");
        json.WriteDouble("activeParameters", plan.ActiveParameters);
        json.WriteDouble("countedOperations", plan.CountedOperations);
        json.WriteString("hardware", plan.Accelerator.Name);
        json.WriteNumber("gpus", plan.Options.Accelerators);
        json.WriteDouble("mfu", plan.Options.Utilisation);
        json.WriteDouble("gpuHours", plan.AcceleratorHours);
        json.WriteDouble("breakEvenQueries", plan.BreakEvenQueries);
        json.WriteDouble("queryTokens", plan.Options.QueryTokens);
        json.WriteStartObject("memory");
        json.WriteDouble("weightsBytes", plan.Memory.Weights);
        json.WriteDouble("gradientsBytes", plan.Memory.Gradients);
        json.WriteDouble("masterWeightsBytes", plan.Memory.MasterWeights);
        json.WriteDouble("momentumBytes", plan.Memory.Momentum);
        json.WriteDouble("varianceBytes", plan.Memory.Variance);
        json.WriteDouble("totalBytes", plan.Memory.Total);
        json.WriteStartArray("bytesPerGpu");        // by ZeRO's stages, 0 to 3
        for (int stage = 0; stage <= 3; stage++) json.WriteNumberValue(plan.Memory.PerAccelerator(plan.Options.Accelerators, stage));
        json.WriteEndArray();
        json.WriteEndObject();
        lines.End();
    }
}
