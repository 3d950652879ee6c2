namespace Sandglass.Cli;

/// <summary>How the options of a command that has many are grouped in its help: headings, and the options below each, in order.</summary>
internal static class OptionGroups
{
    /// <summary>With fewer options than this there is a single heading.</summary>
    public const int Many = 14;

    /// <summary>The heading of options that have no group.</summary>
    public const string Rest = "Options";

    /// <summary>Those of most commands.</summary>
    public static IReadOnlyList<(string Title, string[] Names)> All { get; } =
    [
        ("Where it listens", ["--host", "--port"]),
        ("Who may ask", ["--api-key-file", "--share-prefixes"]),
        ("How much at once", ["--max-batch", "--max-batch-tokens", "--max-queue", "--max-queue-tokens", "--request-time", "--max-body", "--max-connections"]),
        ("Its end and its log", ["--drain", "--log-format", "--log-prompts"]),
        ("The fork", ["--at", "--branches"]),
        ("What is tried", ["--temperatures", "--rank", "--weights", "--caches", "--windows", "--sink-counts", "--batches", "--distances", "--lengths",
            "--positions", "--trials"]),
        ("Measurements", ["--prefill", "--decode", "--depth", "--batch", "--long", "--repeat", "--chunks"]),
        ("The conversation", ["--system"]),
        ("The text", ["--text", "--file", "--prompt-file", "--ids", "--no-bos", "--no-special"]),
        ("Length and end", ["--max-tokens", "--min-tokens", "--stop", "--eos-ids", "--ignore-eos", "--time-limit", "--loop-ngram", "--loop-repeats"]),
        ("Choosing a token", ["--temperature", "--top-k", "--top-p", "--min-p", "--seed"]),
        ("More ways to choose", ["--samplers", "--typical-p", "--top-n-sigma", "--dynatemp-range", "--dynatemp-exponent", "--xtc-probability",
            "--xtc-threshold", "--mirostat", "--mirostat-tau", "--mirostat-eta"]),
        ("Against repetition", ["--repetition-penalty", "--frequency-penalty", "--presence-penalty", "--penalty-window", "--no-repeat-ngram",
            "--dry-multiplier", "--dry-base", "--dry-allowed-length", "--dry-window", "--dry-breaker"]),
        ("Tokens wanted and unwanted", ["--logit-bias", "--allow-ids", "--ban-ids"]),
        ("Several texts", ["--n", "--beams", "--length-penalty", "--early-stopping", "--beam-groups", "--diversity-penalty"]),
        ("Guessing ahead", ["--draft", "--draft-rejection"]),
        ("What is planned for", ["--type", "--users", "--shared-prefix", "--requests-per-hour", "--peak", "--prompt-tokens", "--answer-tokens", "--answers",
            "--hit-rate", "--ttft-ms", "--tpot-ms", "--loads", "--simulate"]),
        ("The training", ["--parameters", "--tokens", "--sequence", "--query-tokens", "--query-mfu"]),
        ("Its machines", ["--hardware", "--gpus", "--mfu", "--uptime", "--reached", "--memory-share", "--price", "--capital", "--years", "--watts",
            "--power-price", "--utilisation"]),
        ("Where idle caches are", ["--keep-minutes", "--host-memory", "--host-bandwidth", "--disk", "--disk-bandwidth"]),
        ("The model", ["--model", "--synthetic", "--keep", "--context", "--compute", "--threads"]),
        ("Its cache", ["--cache-type", "--cache-type-k", "--cache-type-v", "--cache-memory", "--window", "--sinks", "--no-cache", "--prefill-chunk"]),
        ("A trace", ["--trace", "--trace-candidates", "--trace-ids", "--trace-attention", "--trace-heads", "--trace-logits", "--force"]),
        ("What is kept", ["--plot", "--resume"]),
        ("What is shown", ["--json", "--logprobs", "--hash-logits", "--explain", "--quiet", "--help"]),
    ];

    private static readonly (string Title, string[] Names)[] PlanTime =
    [
        ("What is timed", ["--context", "--prompt", "--tokens", "--batch"]),
        ("The model", ["--model", "--type", "--cache-type"]),
        ("Its machine", ["--machine", "--threads", "--count", "--reached"]),
        All[^1],
    ];

    private static readonly (string Title, string[] Names)[] PlanServe =
        [.. All.Select(group => Array.IndexOf(group.Names, "--simulate") < 0 ? (group.Title, [.. group.Names.Where(name => name != "--seed")])
            : (group.Title, (string[])[.. group.Names, "--seed"]))];

    /// <summary>Those of a command: in some a name means something else than in most.</summary>
    /// <param name="path">The words that lead to it.</param>
    public static IReadOnlyList<(string Title, string[] Names)> For(string path) => path switch
    {
        "sandglass plan time" => PlanTime,
        "sandglass plan serve" => PlanServe,
        _ => All,
    };
}
