using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>What the requests to one model were like: counted as they happen, under vLLM's names and with its buckets.</summary>
/// <remarks>As in vLLM a text is what is counted: a request for two samples is two of them.</remarks>
/// <param name="modelName">The model's id.</param>
/// <param name="context">Positions that a text may take: the lengths' last bucket.</param>
internal sealed class ModelMetrics(string modelName, int context)
{
    private readonly long[] _finished = new long[FinishedReason.All.Count];
    private readonly Histogram _firstToken = new(Buckets.FirstToken), _interToken = new(Buckets.EachToken), _perToken = new(Buckets.EachToken),
        _endToEnd = new(Buckets.Latency), _queue = new(Buckets.Latency), _inference = new(Buckets.Latency), _prefill = new(Buckets.Latency),
        _decode = new(Buckets.Latency), _promptTokens = new(Histogram.OneTwoFive(context)), _generationTokens = new(Histogram.OneTwoFive(context)),
        _mostGenerationTokens = new(Histogram.OneTwoFive(context)), _maxTokens = new(Histogram.OneTwoFive(context)), _samples = new(Buckets.Samples);

    /// <summary>The labels of all its samples.</summary>
    public string Labels { get; } = $"{PrometheusText.Label("model_name", modelName)},engine=\"0\"";

    /// <summary>A request begins.</summary>
    /// <param name="samples">Texts that it asks for.</param>
    /// <param name="maxTokens">Tokens that each may have; null where it does not say.</param>
    public void Begin(int samples, int? maxTokens)
    {
        _samples.Observe(samples);
        if (maxTokens is int most) _maxTokens.Observe(most);
    }

    /// <summary>A token came so long after the one before it.</summary>
    public void Gap(TimeSpan gap) => _interToken.Observe(gap.TotalSeconds);

    /// <summary>A text is complete.</summary>
    /// <param name="elapsed">Since the request arrived.</param>
    /// <param name="gapsWereCounted">Whether <see cref="Gap"/> was called for each token; else the mean stands for each gap.</param>
    public void End(GenerationResult result, TimeSpan elapsed, bool gapsWereCounted)
    {
        Interlocked.Increment(ref _finished[FinishedReason.IndexOf(result.Finish)]);
        _endToEnd.Observe(elapsed.TotalSeconds);
        _promptTokens.Observe(result.PromptIds.Count);
        _generationTokens.Observe(result.CompletionTokens);
        if (result is not { TimeToFirstToken: TimeSpan first, QueueTime: TimeSpan queue, PrefillTime: TimeSpan prefill, DecodeTime: TimeSpan decode }) return;

        _firstToken.Observe(first.TotalSeconds);
        _queue.Observe(queue.TotalSeconds);
        _prefill.Observe(prefill.TotalSeconds);
        _decode.Observe(decode.TotalSeconds);
        _inference.Observe((prefill + decode).TotalSeconds);
        int gaps = result.CompletionTokens - 1;
        if (gaps < 1) return;
        double each = decode.TotalSeconds / gaps;
        _perToken.Observe(each);
        if (!gapsWereCounted) _interToken.Observe(each, gaps);
    }

    /// <summary>All texts of a request are complete.</summary>
    /// <param name="mostTokens">Of the longest of them.</param>
    public void Longest(int mostTokens) => _mostGenerationTokens.Observe(mostTokens);

    /// <summary>A request ended without its texts.</summary>
    /// <param name="reason">Why; null where the server failed.</param>
    public void Fail(FinishReason? reason) => Interlocked.Increment(ref _finished[FinishedReason.IndexOf(reason)]);

    /// <summary>Names and what they mean, in the order they are written.</summary>
    public static IReadOnlyList<(string Name, string Help, Func<ModelMetrics, Histogram> Of)> Histograms { get; } =
    [
        ("vllm:time_to_first_token_seconds", "Histogram of time to first token in seconds.", model => model._firstToken),
        ("vllm:inter_token_latency_seconds", "Histogram of inter-token latency in seconds.", model => model._interToken),
        ("vllm:time_per_output_token_seconds", "The older name of vllm:inter_token_latency_seconds.", model => model._interToken),
        ("vllm:request_time_per_output_token_seconds", "Histogram of time per output token of a request in seconds.", model => model._perToken),
        ("vllm:e2e_request_latency_seconds", "Histogram of end to end request latency in seconds.", model => model._endToEnd),
        ("vllm:request_queue_time_seconds", "Histogram of time spent waiting.", model => model._queue),
        ("vllm:request_inference_time_seconds", "Histogram of time spent running.", model => model._inference),
        ("vllm:request_prefill_time_seconds", "Histogram of time spent reading the prompt.", model => model._prefill),
        ("vllm:request_decode_time_seconds", "Histogram of time spent writing after the first token.", model => model._decode),
        ("vllm:request_prompt_tokens", "Tokens of a prompt.", model => model._promptTokens),
        ("vllm:request_generation_tokens", "Tokens written for a request.", model => model._generationTokens),
        ("vllm:request_max_num_generation_tokens", "Tokens of the longest text of a request.", model => model._mostGenerationTokens),
        ("vllm:request_params_n", "The parameter n of requests.", model => model._samples),
        ("vllm:request_params_max_tokens", "The parameter max_tokens of requests.", model => model._maxTokens),
    ];

    /// <summary>Writes how many texts ended, by reason.</summary>
    public void WriteFinished(PrometheusText text, string name)
    {
        for (int i = 0; i < _finished.Length; i++)
            text.Sample(name, $"{Labels},finished_reason=\"{FinishedReason.All[i]}\"", Volatile.Read(ref _finished[i]));
    }
}
