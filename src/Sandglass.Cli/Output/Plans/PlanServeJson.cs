using System.Text.Json;
using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary><c>plan serve --json</c>: a row for the replica, for each batch, load, place of idle caches and number of users.</summary>
internal static class PlanServeJson
{
    public static void Write(Terminal terminal, ServingPlan plan)
    {
        JsonLines lines = new(terminal.Bytes);
        WriteReplica(lines, plan);
        foreach (ServingBatch batch in plan.Batches) WriteBatch(lines, batch, isChosen: batch == plan.Chosen);
        foreach (ServingLoad load in plan.Loads) WriteLoad(lines, load, plan.Simulated);
        foreach (CacheHome home in plan.Homes)
        {
            Utf8JsonWriter json = Begin(lines, "home");
            json.WriteString("name", home.Name);
            json.WriteDouble("bytes", home.Bytes);
            json.WriteDouble("texts", home.Texts);
            json.WriteDouble("seconds", home.Seconds);
            lines.End();
        }
        foreach (ServingScale scale in plan.Scales) WriteScale(lines, scale);
    }

    private static void WriteReplica(JsonLines lines, ServingPlan plan)
    {
        Utf8JsonWriter json = Begin(lines, "replica");
        json.WriteString("model", plan.Model.Entry?.Name ?? plan.Model.Shape.Name);
        json.WriteString("hardware", plan.Machine.Name);
        json.WriteNumber("gpus", plan.Accelerators);
        json.WriteString("weightType", plan.Memory.WeightType);
        json.WriteNumber("weightsBytes", plan.Memory.WeightBytes);
        json.WriteDouble("cacheRoomBytes", plan.CacheRoom);
        json.WriteNumber("textBytes", plan.TextBytes);
        json.WriteNumber("fits", plan.Fits);
        json.WriteNumber("texts", plan.Chosen.Texts);
        json.WriteBoolean("keeps", plan.Chosen.Keeps);
        json.WriteDouble("requestsPerSecond", plan.Chosen.RequestsPerSecond);
        json.WriteDouble("answerTokens", plan.MeanAnswer);
        json.WriteDouble("recomputeSeconds", plan.RecomputeSeconds);
        Money(json, "pricePerHour", plan.PerHour);
        Money(json, "perMillionPromptTokens", plan.PerMillionRead);
        Money(json, "perMillionAnswerTokens", plan.PerMillionWritten);
        Money(json, "perMillionTokens", plan.PerMillionTokens);
        json.WriteDouble("utilisation", plan.Options.Price.UsedShare);
        lines.End();
    }

    private static void WriteBatch(JsonLines lines, ServingBatch batch, bool isChosen)
    {
        Utf8JsonWriter json = Begin(lines, "batch");
        json.WriteNumber("texts", batch.Texts);
        json.WriteDouble("stepMs", 1000 * batch.StepSeconds);
        json.WriteDouble("tpotMs", 1000 * batch.SecondsPerToken);
        json.WriteDouble("ttftMs", 1000 * batch.SecondsToFirst);
        json.WriteDouble("seconds", batch.Seconds);
        json.WriteDouble("tokensPerSecond", batch.TokensPerSecond);
        json.WriteDouble("requestsPerSecond", batch.RequestsPerSecond);
        json.WriteBoolean("keeps", batch.Keeps);
        json.WriteBoolean("chosen", isChosen);
        lines.End();
    }

    private static void WriteLoad(JsonLines lines, ServingLoad load, int requests)
    {
        Utf8JsonWriter json = Begin(lines, "load");
        json.WriteDouble("load", load.Load);
        json.WriteDouble("requestsPerSecond", load.RequestsPerSecond);
        json.WriteDouble("waits", load.Waits);
        json.WriteDouble("waitSeconds", load.MeanWait);
        json.WriteDouble("wait95Seconds", load.Wait95);
        json.WriteDouble("batchWaits", load.BatchWaits);
        json.WriteDouble("batchWaitSeconds", load.BatchWait);
        json.WriteDouble("batchWait95Seconds", load.BatchWait95);
        json.WriteDouble("batchTexts", load.BatchTexts);
        if (load.Simulated is SimulatedLoad simulated)
        {
            json.WriteStartObject("simulated");
            json.WriteNumber("requests", requests);
            json.WriteDouble("waitSeconds", simulated.MeanWait);
            json.WriteDouble("waitError", simulated.WaitError);
            json.WriteDouble("wait95Seconds", simulated.Wait95);
            json.WriteDouble("ttftMs", 1000 * simulated.MeanFirst);
            json.WriteDouble("ttft95Ms", 1000 * simulated.First95);
            json.WriteDouble("tpotMs", 1000 * simulated.SecondsPerToken);
            json.WriteDouble("texts", simulated.MeanTexts);
            json.WriteNumber("preemptions", simulated.Preemptions);
            json.WriteEndObject();
        }
        lines.End();
    }

    private static void WriteScale(JsonLines lines, ServingScale scale)
    {
        Utf8JsonWriter json = Begin(lines, "scale");
        json.WriteDouble("users", scale.Users);
        json.WriteDouble("requestsPerSecond", scale.RequestsPerSecond);
        json.WriteDouble("replicas", scale.Replicas);
        json.WriteDouble("gpus", scale.Accelerators);
        json.WriteDouble("load", scale.Load);
        json.WriteDouble("batchWait95Seconds", scale.Wait95);
        json.WriteDouble("replicasWithoutHits", scale.ReplicasWithoutHits);
        json.WriteDouble("activeTexts", scale.ActiveTexts);
        json.WriteDouble("activeBytes", scale.ActiveBytes);
        json.WriteDouble("idleTexts", scale.IdleTexts);
        json.WriteDouble("idleBytes", scale.IdleBytes);
        json.WriteStartArray("idleShares");
        foreach (double share in scale.IdleShares) json.WriteNumberValue(share);
        json.WriteEndArray();
        Money(json, "perMonth", scale.PerMonth);
        Money(json, "perMillionTokens", scale.PerMillionTokens);
        lines.End();
    }

    private static Utf8JsonWriter Begin(JsonLines lines, string what)
    {
        Utf8JsonWriter json = lines.Begin();
        json.WriteString("what", what);
        return json;
    }

    private static void Money(Utf8JsonWriter json, string name, double? dollars)
    {
        if (dollars is double amount) json.WriteDouble(name, amount);
        else json.WriteNull(name);
    }
}
