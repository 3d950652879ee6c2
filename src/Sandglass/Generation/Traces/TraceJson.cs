using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Sandglass.Sampling;
using Sandglass.Tokenization;
using Sandglass.Tracing;

namespace Sandglass.Generation;

/// <summary>A trace as JSON, as <c>contract/trace.schema.json</c> has it: the file of the tool, the server's events and the tab's messages alike.</summary>
/// <param name="tokenizer">Of the model that is traced: says what ids are.</param>
/// <example>
/// <code>
/// TraceJson form = new(model.Tokenizer);
/// json.WriteStartObject();
/// form.WriteStart(json, trace.Start);
/// json.WriteStartArray("steps");
/// await foreach (TraceStep step in trace) form.WriteStep(json, step);
/// json.WriteEndArray();
/// json.WritePropertyName("result");
/// form.WriteResult(json, await trace.Result);
/// json.WriteEndObject();
/// </code>
/// </example>
public sealed class TraceJson(Tokenizer tokenizer)
{
    /// <summary>The value of <c>format</c>.</summary>
    public const string Format = "sandglass-trace";

    /// <summary>The value of <c>version</c>: a reader refuses what is newer than it knows.</summary>
    public const int Version = 1;

    /// <summary>Writes the members that come before the steps: <c>format</c>, <c>version</c>, <c>model</c>, <c>run</c>, <c>prompt</c>.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="start">What the trace is of.</param>
    public void WriteStart(Utf8JsonWriter json, TraceStart start)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(start);
        json.WriteString("format", Format);
        json.WriteNumber("version", Version);
        TraceStartJson.Write(json, start);
        json.WriteStartArray("prompt");
        foreach (int id in start.PromptIds)
        {
            json.WriteStartObject();
            Named(json, id);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Writes a step as an object.</summary>
    public void WriteStep(Utf8JsonWriter json, TraceStep step)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(step);
        json.WriteStartObject();
        switch (step)
        {
            case PrefillStep prefill: Write(json, prefill); break;
            case TokenStep token: Write(json, token); break;
            case BeamStep beams: Write(json, beams); break;
        }
        json.WriteEndObject();
    }

    /// <summary>Writes the outcome as an object.</summary>
    public void WriteResult(Utf8JsonWriter json, GenerationResult result)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(result);
        TraceResultJson.Write(json, result);
    }

    private static void Write(Utf8JsonWriter json, PrefillStep step)
    {
        Begin(json, "prefill", step);
        json.WriteNumber("pass", step.Pass);
        json.WriteNumber("from", step.From);
        json.WriteNumber("to", step.To);
        json.WriteNumber("adopted", step.Adopted);
        Cache(json, step.Cache);
        Cost(json, step.Cost);
    }

    private void Write(Utf8JsonWriter json, TokenStep step)
    {
        GeneratedToken token = step.Token;
        Begin(json, "token", step);
        json.WriteNumber("index", token.Index);
        json.WriteNumber("position", step.Position);
        json.WriteNumber("pass", step.Pass);
        json.WriteNumber("id", token.Id);
        json.WriteString("text", token.Text);
        Bytes(json, token.Bytes.Span);
        Number(json, "logprob", token.Logprob);
        if (token.LogitsHash is not null) json.WriteString("logitsHash", token.LogitsHash);
        if (token.Explanation is Explanation why) Why(json, why);
        json.WriteStartArray("candidates");
        foreach (TraceCandidate candidate in step.Candidates) Candidate(json, candidate);
        json.WriteEndArray();
        json.WriteNumber("coverage", step.Coverage);
        json.WriteStartArray("asked");
        foreach (TraceCandidate candidate in step.Asked) Candidate(json, candidate);
        json.WriteEndArray();
        if (!step.Logits.IsEmpty) Floats(json, "logits", step.Logits.Span);
        if (step.Attention is TraceAttention attention) Attention(json, attention);
        Cache(json, step.Cache);
        if (step.Cost is TraceCost cost) Cost(json, cost);
        if (step.Drafted.Count > 0)
        {
            json.WriteStartArray("drafted");
            foreach (int id in step.Drafted)
            {
                json.WriteStartObject();
                Named(json, id);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (step.IsDraft) json.WriteBoolean("isDraft", true);
    }

    private void Write(Utf8JsonWriter json, BeamStep step)
    {
        Begin(json, "beams", step);
        json.WriteNumber("length", step.Length);
        json.WriteStartArray("beams");
        foreach (TraceBeam beam in step.Beams)
        {
            json.WriteStartObject();
            json.WriteNumber("parent", beam.Parent);
            Named(json, beam.Id);
            Number(json, "logprob", beam.Logprob);
            Number(json, "score", beam.Score);
            json.WriteString("fate", beam.Fate switch { BeamFate.Kept => "kept", BeamFate.Finished => "finished", _ => "dropped" });
            json.WriteNumber("beam", beam.Beam);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Cache(json, step.Cache);
        if (step.Cost is TraceCost cost) Cost(json, cost);
    }

    private static void Begin(Utf8JsonWriter json, string kind, TraceStep step)
    {
        json.WriteString("kind", kind);
        json.WriteNumber("elapsedMs", step.Elapsed.TotalMilliseconds);
    }

    private void Candidate(Utf8JsonWriter json, TraceCandidate candidate)
    {
        json.WriteStartObject();
        Named(json, candidate.Id);
        json.WriteNumber("rank", candidate.Rank);
        Number(json, "logit", candidate.Logit);
        json.WriteNumber("probability", candidate.Probability);
        json.WriteNumber("final", candidate.Final);
        json.WriteString("removedBy", candidate.RemovedBy);
        json.WriteEndObject();
    }

    /// <summary><c>id</c>, <c>text</c>, and <c>bytes</c> where the text does not say them: of a control token, whose text is its name, none.</summary>
    private void Named(Utf8JsonWriter json, int id)
    {
        ReadOnlySpan<byte> bytes = tokenizer.Bytes(id).Span, name = bytes.IsEmpty ? tokenizer.Called(id).Span : bytes;
        json.WriteNumber("id", id);
        if (Utf8.IsValid(name)) json.WriteString("text", name);
        else json.WriteString("text", Encoding.UTF8.GetString(name));
        if ((bytes.IsEmpty && !name.IsEmpty) || !Utf8.IsValid(bytes)) Bytes(json, bytes);
    }

    private static void Bytes(Utf8JsonWriter json, ReadOnlySpan<byte> bytes)
    {
        json.WriteStartArray("bytes");
        foreach (byte value in bytes) json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static void Why(Utf8JsonWriter json, Explanation why)
    {
        json.WriteStartObject("why");
        json.WriteModelSide(why);
        json.WriteBoolean("greedy", why.IsLikeliest);
        json.WriteDrawSide(why);
        json.WriteEndObject();
    }

    private static void Attention(Utf8JsonWriter json, TraceAttention attention)
    {
        json.WriteStartObject("attention");
        json.WriteNumber("layers", attention.Layers);
        json.WriteNumber("positions", attention.Positions);
        json.WriteNumber("sinks", attention.Sinks);
        json.WriteNumber("from", attention.From);
        json.WriteBase64String("means", attention.Means.Span);
        if (!attention.Maxima.IsEmpty) json.WriteBase64String("maxima", attention.Maxima.Span);
        if (attention.Heads.Count > 0)
        {
            json.WriteStartArray("heads");
            foreach ((TracedHead head, ReadOnlyMemory<float> weights) in attention.Heads)
            {
                json.WriteStartObject();
                json.WriteNumber("layer", head.Layer);
                json.WriteNumber("head", head.Head);
                Floats(json, "weights", weights.Span);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void Cache(Utf8JsonWriter json, TraceCache cache)
    {
        json.WriteStartObject("cache");
        json.WriteNumber("positions", cache.Positions);
        json.WriteNumber("bytes", cache.Bytes);
        json.WriteString("pages", cache.Pages);
        json.WriteNumber("blocksWritten", cache.BlocksWritten);
        json.WriteNumber("blocksRecomputed", cache.BlocksRecomputed);
        json.WriteEndObject();
    }

    private static void Cost(Utf8JsonWriter json, TraceCost cost)
    {
        json.WriteStartObject("cost");
        MultiplyAdds(json, cost.MultiplyAdds);
        json.WriteNumber("layerTokenPasses", cost.LayerTokenPasses);
        json.WriteNumber("weightBytes", cost.WeightBytes);
        json.WriteNumber("cacheBytes", cost.CacheBytes);
        json.WriteNumber("forwardMs", cost.Forward.TotalMilliseconds);
        json.WriteNumber("choosingMs", cost.Choosing.TotalMilliseconds);
        json.WriteNumber("texts", cost.Texts);
        json.WriteNumber("tokens", cost.Tokens);
        json.WriteEndObject();
    }

    internal static void MultiplyAdds(Utf8JsonWriter json, MultiplyAdds sums)
    {
        json.WriteStartObject("multiplyAdds");
        json.WriteNumber("projections", sums.Projections);
        json.WriteNumber("feedForward", sums.FeedForward);
        json.WriteNumber("attention", sums.Attention);
        json.WriteNumber("logits", sums.Logits);
        json.WriteEndObject();
    }

    /// <summary>Infinity, which JSON lacks, is the largest F32 of its sign.</summary>
    internal static void Number(Utf8JsonWriter json, string name, float value) => json.WriteNumber(name, Math.Clamp(value, float.MinValue, float.MaxValue));

    private static void Floats(Utf8JsonWriter json, string name, ReadOnlySpan<float> values) => json.WriteBase64String(name, MemoryMarshal.AsBytes(values));
}
