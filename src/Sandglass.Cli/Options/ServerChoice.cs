using System.CommandLine;
using System.Net;
using Sandglass.Generation;
using Sandglass.Server;

namespace Sandglass.Cli;

/// <summary>The options of <c>serve</c> that say where it listens, who may ask and how much.</summary>
internal sealed class ServerChoice
{
    private const string DefaultHost = "127.0.0.1";
    private const int DefaultPort = 8080, DefaultDrain = 30, DefaultQueue = 1000;
    private const long DefaultQueueTokens = 2_000_000;

    private readonly Option<string?> _host = new("--host")
    {
        Description = $"The address to listen on; 0.0.0.0 or :: for all of this machine's. [default: {DefaultHost}, which this machine alone can reach]",
        HelpName = "ADDRESS",
    };
    private readonly Option<int?> _port = NumberOption.Whole("--port", $"The port; 0 takes a free one. [default: {DefaultPort}]", 0, 65535, "-p");
    private readonly Option<string?> _keyFile = new("--api-key-file")
    {
        Description = "Keys that requests need, with their limits (sandglass key makes one); read again when it changes. " +
            $"${KeyStore.Variable} may hold one more, without limits.",
        HelpName = "FILE",
    };
    private readonly Option<bool> _sharePrefixes = new("--share-prefixes")
    {
        Description = "Share cached beginnings of prompts between keys: quicker, but one holder can find out by timing what another asked.",
    };
    private readonly Option<int?> _maxBatch = NumberOption.Whole(
        "--max-batch", "Texts that are written together; the others wait. [default: 64]", 1, 64);
    private readonly Option<int?> _maxBatchTokens = NumberOption.Whole(
        "--max-batch-tokens", "Tokens a step. Fewer: texts beside a long prompt come more evenly; more: prompts are read faster. [default: by what there is]",
        17, 256);
    private readonly Option<int?> _maxQueue = NumberOption.Whole(
        "--max-queue", $"Requests that may wait; a further one is refused with 503. [default: {DefaultQueue}]", 0, 1_000_000);
    private readonly Option<long?> _maxQueueTokens = NumberOption.Whole(
        "--max-queue-tokens", $"Prompt tokens that may wait. [default: {DefaultQueueTokens}]", 1L, 1_000_000_000_000);
    private readonly Option<double?> _requestTime = NumberOption.Real(
        "--request-time", $"Seconds that a request may take, its wait included. [default: {ServerLimits.DefaultRequestSeconds}]",
        x => x is >= 0.001 and <= 1e7, "seconds from 0.001 to 10000000");
    private readonly Option<long?> _maxBody = NumberOption.Bytes("--max-body", $"Bytes of a request's body. [default: {ServerLimits.DefaultBodyBytes}]");
    private readonly Option<int?> _maxConnections = NumberOption.Whole(
        "--max-connections", $"Connections at one time. [default: {ServerLimits.DefaultConnections}]", 1, 1_000_000);
    private readonly Option<double?> _drain = NumberOption.Real(
        "--drain", $"Seconds that requests may take to finish after SIGTERM or Ctrl-C; a second signal ends at once. [default: {DefaultDrain}]",
        x => x is >= 0 and <= 1e6, "seconds from 0 to 1000000");
    private readonly Option<string> _logFormat = new("--log-format")
    {
        Description = "How a line of the log looks, on standard error. [default: text in a terminal, else json]",
        HelpName = "text|json",
    };
    private readonly Option<bool> _logPrompts = new("--log-prompts")
    {
        Description = "Write prompts and answers into the log too. Without it no word of them.",
    };

    /// <summary>Adds all of them.</summary>
    public void AddTo(Command command)
    {
        _logFormat.AcceptOnlyFromAmong("text", "json");
        foreach (Option option in (Option[])[_host, _port, _keyFile, _sharePrefixes, _maxBatch, _maxBatchTokens, _maxQueue, _maxQueueTokens, _requestTime,
            _maxBody, _maxConnections, _drain, _logFormat, _logPrompts])
            command.Add(option);
    }

    /// <summary>The address, of which a name is none: the server would listen everywhere.</summary>
    public IPEndPoint EndPoint(ParseResult parsed)
    {
        string host = parsed.GetValue(_host) ?? DefaultHost;
        if (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)) host = DefaultHost;
        return IPAddress.TryParse(host, out IPAddress? address) ? new IPEndPoint(address, parsed.GetValue(_port) ?? DefaultPort)
            : throw new WrongInputException($"--host: expected an address such as {DefaultHost}, 0.0.0.0 or ::1, found {host}.");
    }

    /// <summary>How long requests may take to finish at the end.</summary>
    public TimeSpan Drain(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(_drain) ?? DefaultDrain);

    /// <summary>What concerns the engine. A file of keys that makes no sense is told before models are loaded.</summary>
    public ModelOptions With(ParseResult parsed, ModelOptions options) => options with
    {
        MaxBatch = parsed.GetValue(_maxBatch) ?? options.MaxBatch,
        MaxBatchTokens = parsed.GetValue(_maxBatchTokens) ?? options.MaxBatchTokens,
        MaxQueue = parsed.GetValue(_maxQueue) ?? DefaultQueue,
        MaxQueueTokens = parsed.GetValue(_maxQueueTokens) ?? DefaultQueueTokens,
        TenantWeights = KeyFileOf(parsed) is string file
            ? KeyFile.Read(file).Keys.ToDictionary(key => key.Name, key => key.Limits.Weight)
            : options.TenantWeights,
    };

    /// <summary>Whether each line of the log is a JSON object.</summary>
    public bool LogIsJson(ParseResult parsed, Terminal terminal) =>
        parsed.GetValue(_logFormat) is string format ? format == "json" : !terminal.ErrorIsTerminal;

    /// <summary>All that concerns the server.</summary>
    public ServerOptions Options(ParseResult parsed, Terminal terminal, IReadOnlyList<ServedModel> models)
    {
        bool json = LogIsJson(parsed, terminal);
        return new()
        {
            Models = models,
            Address = $"http://{EndPoint(parsed)}",
            KeyFile = KeyFileOf(parsed),
            Key = Environment.GetEnvironmentVariable(KeyStore.Variable) is { Length: > 0 } key ? key : null,
            SharePrefixes = parsed.GetValue(_sharePrefixes),
            Limits = new()
            {
                BodyBytes = parsed.GetValue(_maxBody) ?? ServerLimits.DefaultBodyBytes,
                Connections = parsed.GetValue(_maxConnections) ?? ServerLimits.DefaultConnections,
                RequestTime = TimeSpan.FromSeconds(parsed.GetValue(_requestTime) ?? ServerLimits.DefaultRequestSeconds),
            },
            Logging = log => ServerLog.ToStandardError(log, json),
            LogPrompts = parsed.GetValue(_logPrompts),
            ExportTelemetry = TelemetryIsWanted,
        };
    }

    private string? KeyFileOf(ParseResult parsed)
    {
        string? file = parsed.GetValue(_keyFile);
        if (file is not null) CommandLineWord.RefusePath(_keyFile.Name, file);
        return file;
    }

    /// <summary>OpenTelemetry's own variables switch it on and off.</summary>
    private static bool TelemetryIsWanted =>
        !string.Equals(Environment.GetEnvironmentVariable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
        && ((string[])["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])
            .Any(name => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)));
}
