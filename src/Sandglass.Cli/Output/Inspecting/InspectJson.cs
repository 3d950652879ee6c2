using System.Text.Json;
using Sandglass.ModelFiles;

namespace Sandglass.Cli;

/// <summary><c>inspect --json</c>: the same facts, one object.</summary>
internal static class InspectJson
{
    public static void Write(Inspection model, Stream output, bool tensors, bool metadata)
    {
        JsonLines lines = new(output);
        Utf8JsonWriter json = lines.Begin();
        json.WriteString("file", model.File.Name);
        json.WriteNumber("bytes", model.File.Length);
        json.WriteNumber("version", model.File.Version);
        json.WriteNumber("parts", model.Parts);
        json.WriteString("name", model.Name);
        json.WriteString("architecture", model.Architecture);
        json.WriteBoolean("runs", model.Obstacle is null);
        json.WriteString("obstacle", model.Obstacle?.Message);
        json.WriteNumber("parameters", model.Parameters);
        WriteShape(json, model);
        WriteVocabulary(json, model.Vocabulary);
        json.WriteStartArray("types");
        foreach (TypeShare share in model.Types)
        {
            json.WriteStartObject();
            json.WriteString("type", share.Type.ToString());
            json.WriteNumber("tensors", share.Tensors);
            json.WriteNumber("parameters", share.Values);
            json.WriteNumber("bytes", share.Bytes);
            json.WriteDouble("bitsPerWeight", share.BitsPerWeight);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (tensors) WriteTensors(json, model.File.Tensors);
        if (metadata) WriteMetadata(json, model.File.Metadata);
        json.WriteStartArray("unusual");
        foreach (string what in model.Unusual) json.WriteStringValue(what);
        json.WriteEndArray();
        lines.End();
    }

    private static void WriteShape(Utf8JsonWriter json, Inspection model)
    {
        if (model.Shape is not Hyperparameters shape)
        {
            json.WriteNull("shape");
            return;
        }
        json.WriteStartObject("shape");
        json.WriteNumber("layers", shape.Layers);
        json.WriteNumber("width", shape.Width);
        json.WriteIds("heads", shape.HeadsByLayer);
        json.WriteIds("keyValueHeads", shape.KeyValueHeadsByLayer);
        json.WriteNumber("keyHeadDim", shape.KeyHeadDim);
        json.WriteNumber("valueHeadDim", shape.ValueHeadDim);
        json.WriteIds("feedForward", shape.FeedForwardWidthByLayer);
        json.WriteNumber("experts", shape.Experts);
        json.WriteNumber("expertsUsed", shape.ExpertsUsed);
        json.WriteNumber("context", shape.ContextLength);
        json.WriteNumber("slidingWindow", shape.SlidingWindow);
        json.WriteFloat("ropeBase", shape.RopeBase);
        json.WriteNumber("ropeDimensions", shape.RopeDimensions);
        json.WriteString("ropeScaling", shape.RopeScaling.Kind.ToString().ToLowerInvariant());
        json.WriteFloat("ropeScalingFactor", shape.RopeScaling.Factor);
        json.WriteBoolean("tied", model.IsTied);
        json.WriteNumber("cacheBytesPerToken", model.CacheBytesPerToken ?? 0);
        json.WriteEndObject();
    }

    private static void WriteVocabulary(Utf8JsonWriter json, VocabularyFacts? vocabulary)
    {
        if (vocabulary is null)
        {
            json.WriteNull("vocabulary");
            return;
        }
        json.WriteStartObject("vocabulary");
        json.WriteNumber("size", vocabulary.Size);
        json.WriteString("kind", vocabulary.Kind);
        json.WriteString("preTokenizer", vocabulary.PreTokenizer);
        if (vocabulary.AddsBos is bool adds) json.WriteBoolean("addsBos", adds);
        else json.WriteNull("addsBos");
        json.WriteStartObject("special");
        foreach (NamedToken token in vocabulary.Named) json.WriteNumber(token.Role, token.Id);
        json.WriteEndObject();
        json.WriteBoolean("chatTemplate", vocabulary.ChatTemplate is not null);
        json.WriteEndObject();
    }

    private static void WriteTensors(Utf8JsonWriter json, IReadOnlyList<TensorInfo> tensors)
    {
        json.WriteStartArray("tensors");
        foreach (TensorInfo tensor in tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("type", tensor.Type.ToString());
            json.WriteStartArray("shape");
            foreach (long dimension in tensor.Shape) json.WriteNumberValue(dimension);
            json.WriteEndArray();
            json.WriteNumber("bytes", tensor.ByteCount);
            json.WriteNumber("part", tensor.Part);
            json.WriteNumber("offset", tensor.Offset);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, Metadata metadata)
    {
        json.WriteStartObject("metadata");
        foreach ((string key, object value) in metadata.Values) json.WriteString(key, MetadataValue.Short(value));
        json.WriteEndObject();
    }
}
