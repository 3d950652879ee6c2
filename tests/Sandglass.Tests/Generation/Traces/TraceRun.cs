using System.Buffers;
using System.Text.Json;
using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

/// <summary>A trace read to its end, and its file.</summary>
internal sealed record TraceRun(TraceStart Start, TraceStep[] Steps, GenerationResult Result, JsonElement File)
{
    public TokenStep[] Tokens => [.. Steps.OfType<TokenStep>()];

    public PrefillStep[] Pieces => [.. Steps.OfType<PrefillStep>()];

    public BeamStep[] Beams => [.. Steps.OfType<BeamStep>()];

    public static Task<TraceRun> Of(LanguageModel model, string prompt, GenerationOptions options, TraceOptions? watched = null) =>
        Of(model, model.TraceAsync(prompt, options, watched));

    public static Task<TraceRun> Of(LanguageModel model, IReadOnlyList<int> prompt, GenerationOptions options, TraceOptions? watched = null) =>
        Of(model, model.TraceAsync(prompt, options, watched));

    /// <summary>Reads it, and requires that its file is as the contract has it.</summary>
    public static async Task<TraceRun> Of(LanguageModel model, TextTrace trace)
    {
        List<TraceStep> steps = [];
        await foreach (TraceStep step in trace) steps.Add(step);
        GenerationResult result = await trace.Result;
        JsonElement file = Write(new TraceJson(model.Tokenizer), trace.Start, steps, result);
        TraceSchema.Require(file);
        return new TraceRun(trace.Start, [.. steps], result, file);
    }

    private static JsonElement Write(TraceJson form, TraceStart start, List<TraceStep> steps, GenerationResult result)
    {
        ArrayBufferWriter<byte> file = new();
        using (Utf8JsonWriter json = new(file))
        {
            json.WriteStartObject();
            form.WriteStart(json, start);
            json.WriteStartArray("steps");
            foreach (TraceStep step in steps) form.WriteStep(json, step);
            json.WriteEndArray();
            json.WritePropertyName("result");
            form.WriteResult(json, result);
            json.WriteEndObject();
        }
        return JsonElement.Parse(file.WrittenSpan);
    }
}
