using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>What the engines are doing and have done, under vLLM's names.</summary>
internal static class EngineMetrics
{
    private static readonly (string Name, string Type, string Help, Func<EngineActivity, double> Value)[] Figures =
    [
        ("vllm:num_requests_running", "gauge", "Requests that have a part in steps.", engine => engine.Running),
        ("vllm:num_requests_waiting", "gauge", "Requests that wait.", engine => engine.Waiting),
        ("vllm:kv_cache_usage_perc", "gauge", "How much of the cache that texts could hold now they do hold; 1 is all of it.", engine => engine.CacheUsage),
        ("vllm:gpu_cache_usage_perc", "gauge", "The older name of vllm:kv_cache_usage_perc.", engine => engine.CacheUsage),
        ("vllm:prefix_cache_queries_total", "counter", "Prompt tokens that were looked up in the prefix cache.", engine => engine.PrefixQueriedTokens),
        ("vllm:prefix_cache_hits_total", "counter", "Those of them that were found.", engine => engine.PrefixHitTokens),
        ("vllm:prompt_tokens_cached_total", "counter", "Prompt tokens that came from the prefix cache.", engine => engine.PrefixHitTokens),
        ("vllm:num_preemptions_total", "counter", "How often a request gave its pages to one before it.", engine => engine.Preemptions),
        ("vllm:prompt_tokens_total", "counter", "Prompt tokens, those from the prefix cache included.", engine => engine.PromptTokens),
        ("vllm:generation_tokens_total", "counter", "Tokens written.", engine => engine.GeneratedTokens),
        ("vllm:spec_decode_num_drafts_total", "counter", "How often tokens were guessed ahead.", engine => engine.Drafts),
        ("vllm:spec_decode_num_draft_tokens_total", "counter", "Tokens guessed ahead.", engine => engine.Drafted),
        ("vllm:spec_decode_num_accepted_tokens_total", "counter", "Those of them that were right.", engine => engine.Accepted),
        ("sandglass:steps_total", "counter", "Steps in which tokens went through the model.", engine => engine.Steps),
        ("sandglass:waiting_prompt_tokens", "gauge", "Tokens of the prompts of requests that have not begun.", engine => engine.WaitingTokens),
        ("sandglass:estimated_wait_seconds", "gauge", "How long a short request would wait if it came now.", engine => engine.EstimatedWait(1).TotalSeconds),
        ("sandglass:cache_pages", "gauge", "Pages of 32 positions that texts could hold now.", engine => engine.Pages),
        ("sandglass:cache_pages_held", "gauge", "Those that texts hold.", engine => engine.HeldPages),
        ("sandglass:cache_pages_kept", "gauge", "Those kept for texts that begin alike.", engine => engine.CachedPages),
    ];

    /// <summary>Writes those of all models.</summary>
    /// <param name="models">The labels of each, and the model.</param>
    public static void Write(PrometheusText text, IReadOnlyList<(string Labels, LanguageModel Model)> models)
    {
        (string Labels, EngineActivity Engine, LanguageModel Model)[] engines = [.. models.Select(one => (one.Labels, one.Model.Activity, one.Model))];
        foreach ((string name, string type, string help, Func<EngineActivity, double> value) in Figures)
        {
            text.Begin(name, type, help);
            foreach ((string labels, EngineActivity engine, _) in engines) text.Sample(name, labels, value(engine));
        }
        WriteSteps(text, [.. engines.Select(one => (one.Labels, one.Engine))]);
        text.Begin("vllm:num_requests_waiting_by_reason", "gauge", "Requests that wait, by why.");
        foreach ((string labels, EngineActivity engine, _) in engines)
        {
            text.Sample("vllm:num_requests_waiting_by_reason", $"{labels},reason=\"capacity\"", engine.Waiting);
            text.Sample("vllm:num_requests_waiting_by_reason", $"{labels},reason=\"deferred\"", 0);
        }
        text.Begin("vllm:prompt_tokens_by_source_total", "counter", "Prompt tokens, by where their keys and values came from.");
        foreach ((string labels, EngineActivity engine, _) in engines)
        {
            text.Sample("vllm:prompt_tokens_by_source_total", $"{labels},source=\"local_compute\"", Math.Max(0, engine.PromptTokens - engine.PrefixHitTokens));
            text.Sample("vllm:prompt_tokens_by_source_total", $"{labels},source=\"local_cache_hit\"", engine.PrefixHitTokens);
        }
        text.Begin("vllm:cache_config_info", "gauge", "How the cache is set up.");
        foreach ((string labels, EngineActivity engine, LanguageModel model) in engines)
            text.Sample(
                "vllm:cache_config_info",
                $"{labels},block_size=\"32\",num_gpu_blocks=\"{engine.MostPages}\",cache_dtype=\"{model.Options.CacheType}\",enable_prefix_caching=\"True\"", 1);
    }

    /// <summary>Tokens a step: vLLM's bounds are powers of 2, as the engine's are.</summary>
    private static void WriteSteps(PrometheusText text, IReadOnlyList<(string Labels, EngineActivity Engine)> engines)
    {
        const string Name = "vllm:iteration_tokens_total";
        text.Begin(Name, "histogram", "Histogram of tokens of a step of the engine.");
        foreach ((string labels, EngineActivity engine) in engines)
        {
            long steps = 0;
            for (int power = 0; power < engine.StepsByTokens.Count; power++)
            {
                steps += engine.StepsByTokens[power];
                if (power is 0 or > 2) text.Sample($"{Name}_bucket", $"{labels},le=\"{1 << power}.0\"", steps);
            }
            text.Sample($"{Name}_bucket", $"{labels},le=\"+Inf\"", steps);
            text.Sample($"{Name}_sum", labels, engine.StepTokens);
            text.Sample($"{Name}_count", labels, steps);
        }
    }
}
