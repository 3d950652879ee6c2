using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Server;

/// <summary>One request to a model while it is answered: what is known of it goes into metrics, its span, its line in the log and its key's account.</summary>
/// <remarks>One that is disposed of before <c>End</c> or <c>Fail</c>: the client left.</remarks>
internal sealed partial class GenerationRecord : IDisposable
{
    private readonly RequestFacts _facts;
    private readonly Caller _caller;
    private readonly ServedModel _model;
    private readonly ModelMetrics _metrics;
    private readonly Activity? _span;
    private readonly TimeProvider _time;
    private readonly ILogger? _texts;
    private readonly string _operation;
    private readonly bool _isPrivate;   // to the server's own figures
    private readonly long _began;
    private readonly DateTimeOffset _beganAt;
    private long[]? _lastTokens;        // [choice], when its last token came
    private int _charged;               // tokens
    private bool _isOver;

    internal GenerationRecord(
        RequestFacts facts, Caller caller, ServedModel model, ModelMetrics metrics, Activity? span, TimeProvider time, ILogger? texts,
        string operation, string answer, int promptTokens, int samples, GenerationOptions? options, bool isPrivate)
    {
        _isPrivate = isPrivate;
        (_facts, _caller, _model, _metrics, _span, _time, _texts, _operation) = (facts, caller, model, metrics, span, time, texts, operation);
        (_began, _beganAt) = (time.GetTimestamp(), time.GetUtcNow());
        (facts.Model, facts.PromptTokens) = (model.Id, promptTokens);
        Charge(promptTokens);       // at once, so that a burst of requests does not all see the same account
        if (options is not null) metrics.Begin(samples, options.MaxTokens);     // embeddings have no n
        if (span is not null) Describe(span, answer, samples, options);
    }

    /// <summary>A token of a choice came. Called for each or for none; what is between them is counted without a lock.</summary>
    /// <param name="choice">From 0.</param>
    /// <param name="choices">How many there are.</param>
    public void Token(int choice, int choices)
    {
        long now = _time.GetTimestamp();
        _lastTokens ??= new long[choices];
        if (_lastTokens[choice] != 0) _metrics.Gap(_time.GetElapsedTime(_lastTokens[choice], now));
        _lastTokens[choice] = now;
    }

    /// <summary>All texts are complete.</summary>
    public void End(IReadOnlyList<GenerationResult> results)
    {
        if (_isOver) return;
        _isOver = true;
        TimeSpan elapsed = _time.GetElapsedTime(_began);
        foreach (GenerationResult result in results) _metrics.End(result, elapsed, gapsWereCounted: _lastTokens is not null);
        _metrics.Longest(results.Max(result => result.CompletionTokens));
        _facts.CachedTokens = results.Max(result => result.CachedTokens);
        _facts.CompletionTokens = results.Sum(Usage.Written);
        _facts.Finish = FinishedReason.All[FinishedReason.IndexOf(results[0].Finish)];
        Charge(_facts.PromptTokens + _facts.CompletionTokens);
        Measure(elapsed, results, error: null);
        if (_span is not null) Describe(_span, results);
        if (_texts is not null)
            foreach (GenerationResult result in results) Wrote(_texts, _facts.Id, _model.Model.Tokenizer.Decode([.. result.PromptIds]), result.Text);
    }

    /// <summary>Something else than texts is complete: embeddings.</summary>
    public void End()
    {
        if (_isOver) return;
        _isOver = true;
        _facts.Finish = "stop";
        Measure(_time.GetElapsedTime(_began), [], error: null);
    }

    /// <summary>So much was done for it before it ended early: that is what its key pays. Where its end is known already this says nothing.</summary>
    /// <param name="read">Tokens of prompts.</param>
    /// <param name="written">Tokens of texts.</param>
    public void Computed(int read, int written)
    {
        if (!_isOver) (_facts.PromptTokens, _facts.CompletionTokens) = (read, written);
    }

    /// <inheritdoc cref="Computed(int, int)"/>
    /// <param name="all">Prompts with their texts, which all have ended.</param>
    public void Computed(IEnumerable<PromptTexts> all)
    {
        (int read, int written) = (0, 0);
        foreach (PromptTexts texts in all)
        {
            (int Read, int Written) more = texts.Computed(_model.Model.Shape.Layers);
            (read, written) = (read + more.Read, written + more.Written);
        }
        Computed(read, written);
    }

    /// <summary>It failed, or was refused; what it took, <see cref="Computed(int, int)"/> was told before.</summary>
    public void Fail(ApiError error) => Fail(error.Code, error.Status == StatusCodes.Status500InternalServerError ? null : FinishReason.Cancelled);

    public void Dispose()
    {
        Fail("abandoned", FinishReason.Cancelled);      // where nothing else was said
        _span?.Dispose();
    }

    private void Fail(string code, FinishReason? reason)
    {
        if (_isOver) return;
        _isOver = true;
        _facts.Finish = code;
        Charge(_facts.PromptTokens + _facts.CompletionTokens);
        _metrics.Fail(reason);
        Measure(_time.GetElapsedTime(_began), [], code);
        _span?.SetStatus(ActivityStatusCode.Error, code).SetTag("error.type", code);
    }

    /// <summary>Has its key pay so many tokens in all: what it paid before counts.</summary>
    private void Charge(int tokens)
    {
        _caller.Charge(tokens - _charged);
        _charged = tokens;
    }

    private void Measure(TimeSpan elapsed, IReadOnlyList<GenerationResult> results, string? error)
    {
        if (_isPrivate) return;
        TagList tags = new()
        {
            { "gen_ai.operation.name", _operation },
            { "gen_ai.provider.name", GenAiInstruments.Provider },
            { "gen_ai.request.model", _model.Id },
            { "gen_ai.response.model", _model.Id },
        };
        if (error is not null)
        {
            tags.Add("error.type", error);
            GenAiInstruments.RequestDuration.Record(elapsed.TotalSeconds, tags);
            return;
        }
        GenAiInstruments.RequestDuration.Record(elapsed.TotalSeconds, tags);
        foreach (GenerationResult result in results)
        {
            if (result.TimeToFirstToken is TimeSpan first) GenAiInstruments.TimeToFirstToken.Record(first.TotalSeconds, tags);
            if (result is { DecodeTime: TimeSpan decode, CompletionTokens: > 1 })
                GenAiInstruments.TimePerOutputToken.Record(decode.TotalSeconds / (result.CompletionTokens - 1), tags);
        }
        tags.Add("gen_ai.token.type", "input");
        GenAiInstruments.TokenUsage.Record(_facts.PromptTokens, tags);
        if (_facts.CompletionTokens == 0) return;
        tags[^1] = new("gen_ai.token.type", "output");
        GenAiInstruments.TokenUsage.Record(_facts.CompletionTokens, tags);
    }

    private void Describe(Activity span, string answer, int samples, GenerationOptions? options)
    {
        span.SetTag("gen_ai.operation.name", _operation);
        span.SetTag("gen_ai.provider.name", GenAiInstruments.Provider);
        span.SetTag("gen_ai.request.model", _model.Id);
        span.SetTag("gen_ai.response.model", _model.Id);
        span.SetTag("gen_ai.response.id", answer);
        if (_caller.Tenant.Length > 0) span.SetTag("sandglass.key", _caller.Tenant);
        if (options is null) return;

        SamplerOptions sampling = options.Sampling;
        if (samples > 1) span.SetTag("gen_ai.request.choice.count", samples);
        if (options.MaxTokens is int most) span.SetTag("gen_ai.request.max_tokens", most);
        if (sampling.Seed is ulong seed) span.SetTag("gen_ai.request.seed", (long)seed);
        span.SetTag("gen_ai.request.temperature", sampling.Temperature);
        span.SetTag("gen_ai.request.top_p", sampling.TopP);
        span.SetTag("gen_ai.request.top_k", sampling.TopK);
        span.SetTag("gen_ai.request.frequency_penalty", sampling.FrequencyPenalty);
        span.SetTag("gen_ai.request.presence_penalty", sampling.PresencePenalty);
    }

    private void Describe(Activity span, IReadOnlyList<GenerationResult> results)
    {
        span.SetTag("gen_ai.usage.input_tokens", _facts.PromptTokens);
        span.SetTag("gen_ai.usage.cache_read.input_tokens", _facts.CachedTokens);
        span.SetTag("gen_ai.usage.output_tokens", _facts.CompletionTokens);
        span.SetTag("gen_ai.response.finish_reasons", results.Select(result => FinishedReason.All[FinishedReason.IndexOf(result.Finish)]).ToArray());
        if (results[0] is not { QueueTime: TimeSpan queue, PrefillTime: TimeSpan prefill, DecodeTime: TimeSpan decode }) return;

        span.AddEvent(new ActivityEvent("prefill", _beganAt + queue));
        span.AddEvent(new ActivityEvent("decode", _beganAt + queue + prefill));
        span.AddEvent(new ActivityEvent("last token", _beganAt + queue + prefill + decode));
    }

    [LoggerMessage(1, LogLevel.Information, "id {id}: prompt {prompt}; completion {completion}")]
    private static partial void Wrote(ILogger log, string id, string prompt, string completion);
}
