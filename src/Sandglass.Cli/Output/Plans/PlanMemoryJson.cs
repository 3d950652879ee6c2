using System.Text.Json;
using Sandglass.Planning;

namespace Sandglass.Cli;

/// <summary><c>plan memory --json</c>.</summary>
internal static class PlanMemoryJson
{
    public static void Write(Terminal terminal, IReadOnlyList<MemoryPlan> plans, MemoryOptions options)
    {
        JsonLines lines = new(terminal.Bytes);
        foreach (MemoryPlan plan in plans)
        {
            Utf8JsonWriter json = lines.Begin();
            json.WriteString("model", plan.Model.Entry?.Name ?? plan.Model.Shape.Name);
            json.WriteNumber("context", plan.Context);
            json.WriteString("cacheType", plan.CacheType.ToString());
            json.WriteNumber("weightsBytes", plan.WeightBytes);
            json.WriteNumber("cacheBytesPerToken", plan.CacheBytesPerToken);
            json.WriteNumber("cacheBytes", plan.CacheBytes);
            json.WriteNumber("activationBytes", plan.ActivationBytes);
            json.WriteNumber("totalBytes", plan.TotalBytes);
            json.WriteString("source", plan.Source.ToString().ToLowerInvariant());
            json.WriteNumber("parameters", plan.Model.Shape.Parameters);
            json.WriteString("weightType", plan.WeightType);
            json.WriteNumber("users", options.Users);
            json.WriteNumber("sharedPrefix", options.SharedPrefix);
            json.WriteNumber("draftBytes", plan.DraftBytes);
            if (plan.Model.Shape.Doubt is string doubt) json.WriteString("doubt", doubt);
            if (plan.Model.Entry?.Assumption is string assumption) json.WriteString("assumption", assumption);
            lines.End();
        }
    }
}
