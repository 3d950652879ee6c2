using System.Globalization;
using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary>The line that ends a run.</summary>
internal static class Figures
{
    public static string Of(GenerationResult result)
    {
        List<string> parts = [$"{Amount.Of(result.CompletionTokens, "token")}, prompt {Amount.Whole(result.PromptIds.Count)}"];
        if (result.TimeToFirstToken is TimeSpan first) parts.Add($"first after {Amount.Time(first)}");
        if (result.PrefillTokensPerSecond > 0) parts.Add($"prefill {Amount.Short(result.PrefillTokensPerSecond)} tokens/s");
        if (result.DecodeTokensPerSecond > 0) parts.Add($"decode {Amount.Short(result.DecodeTokensPerSecond)} tokens/s");
        if (result.Speculation is SpeculationResult speculation) parts.Add(Guessed(speculation));
        parts.Add($"cache {Amount.Bytes(result.CacheBytes)}");
        if (result.Beams is null) parts.Add(string.Create(CultureInfo.InvariantCulture, $"seed {result.Seed}"));
        parts.Add($"finish: {Reason(result.Finish)}");
        return string.Join(" · ", parts);
    }

    /// <summary>The line that ends an answer in a conversation.</summary>
    public static string OfTurn(GenerationResult result)
    {
        List<string> parts = [Amount.Of(result.CompletionTokens, "token"), $"prompt {Amount.Whole(result.PromptIds.Count)}"];
        if (result.CachedTokens > 0) parts[^1] += $", {Amount.Whole(result.CachedTokens)} of it read before";
        if (result.TimeToFirstToken is TimeSpan first) parts.Add($"first after {Amount.Time(first)}");
        if (result.DecodeTokensPerSecond > 0) parts.Add($"{Amount.Short(result.DecodeTokensPerSecond)} tokens/s");
        if (result.Speculation is SpeculationResult speculation) parts.Add(Guessed(speculation));
        if (result.Beams is null) parts.Add(string.Create(CultureInfo.InvariantCulture, $"seed {result.Seed}"));
        if (result.Finish is FinishReason.Cancelled) parts.Add(result.Text.Length == 0 ? "cancelled, and taken back" : "cancelled; what there is stays");
        else if (result.Finish is not FinishReason.Eos) parts.Add($"finish: {Reason(result.Finish)}");
        return string.Join(" · ", parts);
    }

    private static string Guessed(SpeculationResult speculation) =>
        $"guessed {Amount.Whole(speculation.Drafted)}, right {Amount.Whole(speculation.Accepted)}, each of which saved a step" +
            $"{(speculation.OffAtToken is int at ? $", given up at token {Amount.Whole(at)}" : "")}";

    private static string Reason(FinishReason finish) => finish switch
    {
        FinishReason.Eos => "the model ended the text",
        FinishReason.Stop => "stop text",
        FinishReason.Length => "--max-tokens",
        FinishReason.Context => "the context is full",
        FinishReason.Cancelled => "cancelled",
        FinishReason.Loop => "a loop",
        FinishReason.Time => "--time-limit",
        _ => finish.ToString(),
    };
}
