using System.Text.Json;
using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>What a trace is of, as JSON: the model, and how it is run.</summary>
internal static class TraceStartJson
{
    public static void Write(Utf8JsonWriter json, TraceStart start)
    {
        Model(json, start.Model);
        json.WriteStartObject("run");
        json.WriteString("seed", start.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteStartObject("options");
        TraceOptionsJson.Write(json, start.Options);
        json.WriteEndObject();
        Watched(json, start.Watched);
        json.WriteStartArray("samplers");
        foreach (string name in start.Samplers) json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteString("cacheTypeKeys", Word(start.CacheType.Keys));
        json.WriteString("cacheTypeValues", Word(start.CacheType.Values));
        json.WriteNumber("window", start.Window);
        json.WriteNumber("sinks", start.SinkTokens);
        json.WriteString("compute", Word(start.Compute));
        json.WriteString("kernels", start.Kernels);
        json.WriteEndObject();
    }

    private static void Model(Utf8JsonWriter json, TraceModel model)
    {
        json.WriteStartObject("model");
        json.WriteString("name", model.Name);
        if (model.Hash is not null) json.WriteString("hash", model.Hash);
        json.WriteString("architecture", model.Architecture);
        json.WriteNumber("layers", model.Layers);
        json.WriteNumber("heads", model.Heads);
        json.WriteNumber("kvHeads", model.KeyValueHeads);
        json.WriteNumber("keyDim", model.KeyDim);
        json.WriteNumber("valueDim", model.ValueDim);
        json.WriteNumber("width", model.Width);
        json.WriteNumber("vocabulary", model.Vocabulary);
        json.WriteNumber("context", model.Context);
        json.WriteNumber("pagePositions", CacheShape.PagePositions);
        json.WriteNumber("weightBytesPerToken", model.WeightBytesPerToken);
        json.WriteNumber("cacheBytesPerPosition", model.CacheBytesPerPosition);
        json.WriteEndObject();
    }

    private static void Watched(Utf8JsonWriter json, TraceOptions watched)
    {
        json.WriteStartObject("watched");
        json.WriteNumber("candidates", watched.Candidates);
        json.WriteStartArray("asked");
        foreach (int id in watched.Asked) json.WriteNumberValue(id);
        json.WriteEndArray();
        json.WriteString("attention", Word(watched.Attention));
        json.WriteStartArray("heads");
        foreach (TracedHead head in watched.Heads)
        {
            json.WriteStartArray();
            json.WriteNumberValue(head.Layer);
            json.WriteNumberValue(head.Head);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteBoolean("logits", watched.Logits);
        json.WriteEndObject();
    }

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
