using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>All that a server measures.</summary>
/// <param name="models">Which it serves.</param>
/// <param name="logPrompts">Whether texts are logged.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where to.</param>
/// <param name="isPrivate">Whether it is nobody's server: OpenTelemetry's instruments, which are the whole process's, hear nothing of it.</param>
internal sealed class ServerTelemetry(
    IReadOnlyList<ServedModel> models, bool logPrompts, TimeProvider time, ILogger<ServerTelemetry> log, bool isPrivate = false)
{
    private readonly Dictionary<ServedModel, ModelMetrics> _models =
        models.ToDictionary(model => model, model => new ModelMetrics(model.Id, model.Model.Context));

    /// <summary>Answers, by route.</summary>
    public HttpMetrics Http { get; } = new();

    /// <summary>Begins the record of a request to a model.</summary>
    /// <param name="context">The request.</param>
    /// <param name="model">Which.</param>
    /// <param name="operation">chat, text_completion or embeddings.</param>
    /// <param name="answer">The answer's id.</param>
    /// <param name="promptTokens">Tokens of all its prompts.</param>
    /// <param name="samples">Texts that it asks for.</param>
    /// <param name="options">How they are written; null where nothing is.</param>
    public GenerationRecord Begin(
        HttpContext context, ServedModel model, string operation, string answer, int promptTokens, int samples, GenerationOptions? options)
    {
        Activity? span = isPrivate ? null : GenAiInstruments.Spans.StartActivity($"{operation} {model.Id}", ActivityKind.Internal);
        return new GenerationRecord(
            RequestFacts.Of(context) ?? new RequestFacts { Id = "" }, Caller.Of(context), model, _models[model], span, time, logPrompts ? log : null,
            operation, answer, promptTokens, samples, options, isPrivate);
    }

    /// <summary>All metrics, for Prometheus.</summary>
    public string Write()
    {
        PrometheusText text = new();
        EngineMetrics.Write(text, [.. models.Select(model => (_models[model].Labels, model.Model))]);
        text.Begin("vllm:request_success_total", "counter", "Texts that are complete, by why they ended.");
        foreach (ServedModel model in models) _models[model].WriteFinished(text, "vllm:request_success_total");
        foreach ((string name, string help, Func<ModelMetrics, Histogram> of) in ModelMetrics.Histograms)
        {
            text.Begin(name, "histogram", help);
            foreach (ServedModel model in models) text.Samples(name, _models[model].Labels, of(_models[model]));
        }
        Http.Write(text);
        ProcessMetrics.Write(text);
        return text.ToString();
    }
}
