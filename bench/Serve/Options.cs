using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sandglass.ServeBench.Client;
using Sandglass.ServeBench.Load;

namespace Sandglass.ServeBench;

/// <summary>The command line.</summary>
internal sealed class Options
{
    public Option<string> Url { get; } = new("--url")
    {
        Description = "A server that runs already, for instance http://127.0.0.1:8080: it alone is measured, and nothing is started.",
        HelpName = "URL",
    };

    public Option<string> Key { get; } = new("--api-key") { Description = "Its key. [default: OPENAI_API_KEY]", HelpName = "KEY" };

    public Option<string> ModelId { get; } = new("--model-id")
    {
        Description = "The model to ask for. [default: the first of /v1/models]",
        HelpName = "NAME",
    };

    public Option<string[]> Models { get; } = new("--model")
    {
        Description = "Model files, GGUF, that servers started here load, one after the other.",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<string> Sandglass { get; } = new("--sandglass")
    {
        Description = "The sandglass to start, and options that its serve gets. [default: this tree's, published for the run]",
        HelpName = "COMMAND",
    };

    public Option<string> Llama { get; } = new("--llama-server")
    {
        Description = "A llama-server to start in turn, and options that it gets.",
        HelpName = "COMMAND",
    };

    public Option<int> Threads { get; } = new("--threads")
    {
        Description = "Of each server that is started.",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    public Option<int[]> Clients { get; } = new("--clients")
    {
        Description = "Closed loop: so many clients, each sending when its last answer has ended. [default: 1 4 16 64]",
        HelpName = "LIST",
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<double[]> Rates { get; } = new("--rate")
    {
        Description = "Open loop: requests a second, whatever became of those before.",
        HelpName = "LIST",
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<double> Burstiness { get; } = new("--burstiness")
    {
        Description = "Of the open loop: 1 is a Poisson process, 0.2 comes in bursts, above 1 is more even.",
        DefaultValueFactory = _ => 1,
    };

    public Option<string[]> Workloads { get; } = new("--workload")
    {
        Description = "prompt=LENGTH,output=LENGTH,shared=SHARE; repeatable. [default: prompt=8,output=128 and prompt=256,output=64,shared=0.9; "
            + "with --url the first]",
        HelpName = "WHAT",
    };

    public Option<bool> Chat { get; } = new("--chat") { Description = "Chat completions instead of completions." };

    public Option<Choosing> Sampling { get; } = new("--sampling")
    {
        Description = "OpenAI: temperature 1 over the whole vocabulary; Greedy; Server: what it does when not told.",
        DefaultValueFactory = _ => Choosing.OpenAI,
    };

    public Option<bool> IgnoreEnd { get; } = new("--ignore-eos")
    {
        Description = "Answers go on to their full length, where the server knows ignore_eos. Always so of servers that are started.",
    };

    public Option<string> Body { get; } = new("--body") { Description = "Further members of each request, a JSON object.", HelpName = "JSON" };

    public Option<string[]> Goodput { get; } = new("--goodput")
    {
        Description = "Limits in milliseconds that a good request keeps: ttft:500 tpot:50 e2el:5000.",
        HelpName = "LIST",
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<double> Seconds { get; } = new("--seconds")
    {
        Description = "No request is begun after this time; what was begun is waited for.",
        DefaultValueFactory = _ => 10,
    };

    public Option<double> Warm { get; } = new("--warm-up") { Description = "Seconds of the same load before, uncounted.", DefaultValueFactory = _ => 4 };

    public Option<int?> Requests { get; } = new("--requests") { Description = "At most so many a point. [default: as many as go into the time]" };

    public Option<int> Seed { get; } = new("--seed") { Description = "Of prompts, lengths and arrivals.", DefaultValueFactory = _ => 1 };

    public Option<int> Rounds { get; } = new("--rounds") { Description = "Turns of each server.", DefaultValueFactory = _ => 2 };

    public Option<bool> Json { get; } = new("--json") { Description = "A JSON object a measurement on standard output." };

    public Option<string> Output { get; } = new("--output") { Description = "The report. [default: a new file in bench/Reports]", HelpName = "FILE" };

    public RootCommand CreateCommand() => new("Load for an OpenAI-compatible server, or for Sandglass and llama-server in turns on the same file.")
    {
        Url, Key, ModelId, Models, Sandglass, Llama, Threads, Clients, Rates, Burstiness, Workloads, Chat, Sampling, IgnoreEnd, Body, Goodput,
        Seconds, Warm, Requests, Seed, Rounds, Json, Output,
    };

    public Point[] PointsOf(ParseResult parsed)
    {
        int[] clients = parsed.GetValue(Clients) ?? [];
        double[] rates = parsed.GetValue(Rates) ?? [];
        if (clients.Length + rates.Length == 0) clients = [1, 4, 16, 64];
        if (clients.Any(count => count < 1)) throw new ArgumentException("--clients: at least 1.");
        if (rates.Any(rate => !(rate > 0)) || !(parsed.GetValue(Burstiness) > 0)) throw new ArgumentException("--rate and --burstiness: above 0.");
        return [.. clients.Select(count => new Point(count)), .. rates.Select(rate => new Point(0, rate, parsed.GetValue(Burstiness)))];
    }

    public Workload[] WorkloadsOf(ParseResult parsed, params string[] otherwise) =>
        [.. (parsed.GetValue(Workloads) is { Length: > 0 } given ? given : otherwise).Select(Workload.Parse)];

    public Measuring MeasuringOf(ParseResult parsed, bool ignoreEnd)
    {
        int most = parsed.GetValue(Requests) ?? int.MaxValue;
        return new Measuring(
            new Asking(parsed.GetValue(Chat), parsed.GetValue(Sampling), ignoreEnd, Members(parsed.GetValue(Body))),
            new Extent(most, parsed.GetValue(Warm)),
            new Extent(most, parsed.GetValue(Seconds)),
            Load.Goodput.Parse(parsed.GetValue(Goodput) ?? []),
            parsed.GetValue(Seed),
            parsed.GetValue(Key) ?? Environment.GetEnvironmentVariable("OPENAI_API_KEY"));
    }

    private static JsonObject? Members(string? json)
    {
        if (json is null) return null;
        try
        {
            return JsonNode.Parse(json) as JsonObject ?? throw new ArgumentException("--body: a JSON object is expected.");
        }
        catch (JsonException failure)
        {
            throw new ArgumentException($"--body: {failure.Message}");
        }
    }
}
