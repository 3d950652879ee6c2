using System.Text.Json;
using Json.Schema;

namespace Sandglass.Tests.Generation;

/// <summary>What every trace must be, wherever it comes from.</summary>
internal static class TraceSchema
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(File.ReadAllText(Path.Combine(Checkout.Folder, "contract", "trace.schema.json")));

    /// <summary>Fails where it is not as the contract has it.</summary>
    public static void Require(JsonElement trace)
    {
        EvaluationResults found = Schema.Evaluate(trace, new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(found.IsValid, string.Join('\n', (found.Details ?? []).Where(one => one.Errors is not null)
            .SelectMany(one => one.Errors!.Select(error => $"{one.InstanceLocation} {error.Value} ({one.EvaluationPath})")).Take(20)));
    }
}
