using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sandglass.Sampling;

namespace Sandglass.Server;

/// <summary><c>GET /v1/models</c>: what is served, how large it is and how it draws where a request does not say.</summary>
internal sealed class ModelsEndpoint(ServerState state)
{
    public Task List(HttpContext context) => JsonAnswer.WriteAsync(context, 200, json =>
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (ServedModel model in state.Models.All) Write(json, model);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    public Task One(HttpContext context)
    {
        ServedModel model = state.Models.Find(context.Request.RouteValues["id"] as string ?? "");
        return JsonAnswer.WriteAsync(context, 200, json => Write(json, model));
    }

    private static void Write(Utf8JsonWriter json, ServedModel served)
    {
        LanguageModel model = served.Model;
        json.WriteStartObject();
        json.WriteString("id", served.Id);
        json.WriteString("object", "model");
        json.WriteNumber("created", served.Loaded.ToUnixTimeSeconds());
        json.WriteString("owned_by", "sandglass");
        json.WriteString("root", model.Name);
        json.WriteNumber("max_model_len", model.Context);
        json.WriteString("hash", served.Hash);
        json.WriteStartObject("meta");
        json.WriteString("architecture", model.Shape.Architecture);
        json.WriteNumber("n_vocab", model.Tokenizer.VocabularySize);
        json.WriteNumber("n_ctx", model.Context);
        json.WriteNumber("n_ctx_train", model.Shape.ContextLength);
        json.WriteNumber("n_embd", model.Shape.Width);
        json.WriteNumber("n_layer", model.Shape.Layers);
        json.WriteNumber("size", served.FileBytes);
        json.WriteEndObject();
        WriteDefaults(json, served);
        ModelFacts.Write(json, served);
        json.WriteStartObject("embedding");
        json.WriteString("pooling", "mean");
        json.WriteBoolean("normalized", true);
        json.WriteNumber("dimensions", model.Shape.Width);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteDefaults(Utf8JsonWriter json, ServedModel served)
    {
        SamplerOptions defaults = served.Hints.Defaults;
        json.WriteStartObject("sampling_defaults");
        json.WriteNumber("temperature", defaults.Temperature);
        json.WriteNumber("top_k", defaults.TopK);
        json.WriteNumber("top_p", defaults.TopP);
        json.WriteNumber("min_p", defaults.MinP);
        json.WriteNumber("repetition_penalty", defaults.RepetitionPenalty);
        WriteFurther(json, served.Hints);
        json.WriteString("from", served.Hints == SamplingHints.None ? "openai" : "model file, else openai");
        json.WriteEndObject();
    }

    /// <summary>What only a file may say.</summary>
    private static void WriteFurther(Utf8JsonWriter json, SamplingHints hints)
    {
        if (hints.PenaltyWindow is int window) json.WriteNumber("penalty_window", window);
        if (hints.XtcProbability is double probability) json.WriteNumber("xtc_probability", probability);
        if (hints.XtcThreshold is double threshold) json.WriteNumber("xtc_threshold", threshold);
        if (hints.Mirostat is int mirostat) json.WriteNumber("mirostat", mirostat);
        if (hints.MirostatTau is double tau) json.WriteNumber("mirostat_tau", tau);
        if (hints.MirostatEta is double eta) json.WriteNumber("mirostat_eta", eta);
        if (hints.Samplers is not IReadOnlyList<string> samplers) return;
        json.WriteStartArray("samplers");
        foreach (string stage in samplers) json.WriteStringValue(stage);
        json.WriteEndArray();
    }
}
