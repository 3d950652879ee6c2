namespace Sandglass.Server.Tests;

/// <summary>What the Grafana dashboards of vLLM ask Prometheus for: the queries of examples/observability (prometheus_grafana/grafana.json,
/// dashboards/grafana/query_statistics.json, the first panels of vllm_overview.json), each once where they differ in a number only; and, in the same form,
/// those of the prefix cache, preemptions, iteration tokens and speculation, by the names of vLLM's own list of metrics.</summary>
internal static class DashboardQueries
{
    public static IReadOnlyList<string> All { get; } =
    [
        """histogram_quantile(0.99, sum by(le) (rate(vllm:e2e_request_latency_seconds_bucket{model_name="$model_name"}[$__rate_interval])))""",
        """
        rate(vllm:e2e_request_latency_seconds_sum{model_name="$model_name"}[$__rate_interval])
        / rate(vllm:e2e_request_latency_seconds_count{model_name="$model_name"}[$__rate_interval])
        """,
        """rate(vllm:prompt_tokens_total{model_name="$model_name"}[$__rate_interval])""",
        """rate(vllm:generation_tokens_total{model_name="$model_name"}[$__rate_interval])""",
        """histogram_quantile(0.95, sum by(le) (rate(vllm:time_per_output_token_seconds_bucket{model_name="$model_name"}[$__rate_interval])))""",
        """
        rate(vllm:time_per_output_token_seconds_sum{model_name="$model_name"}[$__rate_interval])
        / rate(vllm:time_per_output_token_seconds_count{model_name="$model_name"}[$__rate_interval])
        """,
        """histogram_quantile(0.9, sum by(le) (rate(vllm:inter_token_latency_seconds_bucket{model_name="$model_name"}[$__rate_interval])))""",
        """histogram_quantile(0.5, sum by(le) (rate(vllm:request_time_per_output_token_seconds_bucket{model_name="$model_name"}[$__rate_interval])))""",
        """vllm:num_requests_running{model_name="$model_name"}""",
        """vllm:num_requests_waiting{model_name="$model_name"}""",
        """histogram_quantile(0.99, sum by(le) (rate(vllm:time_to_first_token_seconds_bucket{model_name="$model_name"}[$__rate_interval])))""",
        """
        rate(vllm:time_to_first_token_seconds_sum{model_name="$model_name"}[$__rate_interval])
        / rate(vllm:time_to_first_token_seconds_count{model_name="$model_name"}[$__rate_interval])
        """,
        """vllm:kv_cache_usage_perc{model_name="$model_name"}""",
        """vllm:gpu_cache_usage_perc{model_name="$model_name"}""",
        """sum by(le) (increase(vllm:request_prompt_tokens_bucket{model_name="$model_name"}[$__rate_interval]))""",
        """sum by(le) (increase(vllm:request_generation_tokens_bucket{model_name="$model_name"}[$__rate_interval]))""",
        """sum by(finished_reason) (increase(vllm:request_success_total{model_name="$model_name"}[$__rate_interval]))""",
        """rate(vllm:request_queue_time_seconds_sum{model_name="$model_name"}[$__rate_interval])""",
        """rate(vllm:request_prefill_time_seconds_sum{model_name="$model_name"}[$__rate_interval])""",
        """rate(vllm:request_decode_time_seconds_sum{model_name="$model_name"}[$__rate_interval])""",
        """rate(vllm:request_max_num_generation_tokens_sum{model_name="$model_name"}[$__rate_interval])""",
        """sum by (model_name) (rate(vllm:request_success_total{model_name=~"$model_name"}[$__rate_interval]))""",
        """histogram_quantile(0.50, sum by(le, model_name) (rate(vllm:e2e_request_latency_seconds_bucket{model_name=~"$model_name"}[$__rate_interval])))""",
        """sum by (le, model_name) (rate(vllm:request_prompt_tokens_bucket{model_name=~"$model_name"}[$__rate_interval]))""",
        """
        sum(rate(vllm:prompt_tokens_total{model_name=~"$model_name"}[$__rate_interval]))
        / sum(rate(vllm:request_success_total{model_name=~"$model_name"}[$__rate_interval]))
        """,
        """sum(rate(vllm:request_success_total{model_name=~"$model_name"}[$__rate_interval]))""",
        """(sum(rate(http_requests_total{status="5xx"}[$__rate_interval])) or vector(0)) / (sum(rate(http_requests_total{}[$__rate_interval])) > 0)""",
        """count(vllm:num_requests_running{model_name=~"$model_name"})""",
        """
        sum(rate(vllm:prefix_cache_hits_total{model_name="$model_name"}[$__rate_interval]))
        / sum(rate(vllm:prefix_cache_queries_total{model_name="$model_name"}[$__rate_interval]))
        """,
        """sum by(source) (rate(vllm:prompt_tokens_by_source_total{model_name="$model_name"}[$__rate_interval]))""",
        """sum by(reason) (vllm:num_requests_waiting_by_reason{model_name="$model_name"})""",
        """increase(vllm:num_preemptions_total{model_name="$model_name"}[$__rate_interval])""",
        """sum by(le) (rate(vllm:iteration_tokens_total_bucket{model_name="$model_name"}[$__rate_interval]))""",
        """
        sum(rate(vllm:spec_decode_num_accepted_tokens_total{model_name="$model_name"}[$__rate_interval]))
        / sum(rate(vllm:spec_decode_num_draft_tokens_total{model_name="$model_name"}[$__rate_interval]))
        """,
        """
        1 + sum(rate(vllm:spec_decode_num_accepted_tokens_total{model_name="$model_name"}[$__rate_interval]))
        / sum(rate(vllm:spec_decode_num_drafts_total{model_name="$model_name"}[$__rate_interval]))
        """,
    ];
}
