using System.Text.Json;
using Sandglass.Kernels;
using Sandglass.KvCache;

namespace Sandglass.Server;

/// <summary>What a page needs to know of a model before it draws its trace, and OpenAI's and llama.cpp's fields do not say.</summary>
internal static class ModelFacts
{
    public static void Write(Utf8JsonWriter json, ServedModel served)
    {
        LanguageModel model = served.Model;
        json.WriteStartObject("sandglass");
        json.WriteNumber("layers", model.Shape.Layers);
        json.WriteNumber("heads", model.Shape.Heads);
        json.WriteNumber("kv_heads", model.Shape.KeyValueHeads);
        json.WriteNumber("vocabulary", model.Shape.VocabularySize);
        json.WriteNumber("context", model.Context);
        json.WriteNumber("page_positions", CacheShape.PagePositions);
        json.WriteString("cache_type_k", Word(model.Options.CacheType.Keys));
        json.WriteString("cache_type_v", Word(model.Options.CacheType.Values));
        json.WriteNumber("window", model.Options.Window);
        json.WriteNumber("sinks", model.Options.Window > 0 ? model.Options.SinkTokens : 0);
        json.WriteString("compute", ComputeName.Of(served));
        json.WriteString("kernels", KernelPath.Name);
        json.WriteBoolean("draft_model", model.Options.Draft is not null);
        json.WriteBoolean("chat_template", model.ChatTemplate.Hint is null);
        json.WriteEndObject();
    }

    private static string Word(CacheType type) => type.ToString().ToLowerInvariant();
}
