// What a server does that has too much to do, whose clients leave, or that runs for a long time. Each starts a server of its own, and ends with 1 where a
// promise of docs/serving.md was broken.
//   dotnet run -c Release bench/faults.cs overload [MODEL.gguf]           ten times what it can do, for a minute
//   dotnet run -c Release bench/faults.cs leaving [MODEL.gguf]            10,000 requests, of which a third leave at a random moment
//   dotnet run -c Release bench/faults.cs signals [MODEL.gguf]            stopped, continued and ended under load
//   dotnet run -c Release bench/faults.cs soak MINUTES [MODEL.gguf]       all of it mixed: memory has to stay flat (an hour is a good time)
#:property PublishAot=false
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["overload", .. { Length: <= 1 } model]: return await Overload(model);
    case ["leaving", .. { Length: <= 1 } model]: return await Leaving(model);
    case ["signals", .. { Length: <= 1 } model]: return await Signals(model);
    case ["soak", string minutes, .. { Length: <= 1 } model]: return await Soak(TimeSpan.FromMinutes(double.Parse(minutes)), model);
    default:
        Console.Error.WriteLine("usage: dotnet run -c Release bench/faults.cs overload | leaving | signals | soak MINUTES, and a model file if not the embedded one");
        return 2;
}

static async Task<int> Overload(string[] model)
{
    const int Texts = 16;
    TimeSpan alone = TimeSpan.FromSeconds(20), time = TimeSpan.FromMinutes(1);
    await using Server server = await Server.StartAsync(model, "--max-batch", $"{Texts}", "--max-queue", "64");
    await Clients(server, Texts, TimeSpan.FromSeconds(5), new Tally(), leaveShare: 0);

    Tally capacity = new();
    double before = await server.WrittenAsync();
    await Clients(server, Texts, alone, capacity, leaveShare: 0);
    double perSecond = (await server.WrittenAsync() - before) / alone.TotalSeconds, requests = capacity.Whole / alone.TotalSeconds;
    Console.WriteLine($"{Texts} clients: {perSecond:F0} tokens/s, {requests:F1} requests/s");

    // ten times that, sent evenly whatever becomes of it; in the meantime somebody asks how the server is
    Tally tally = new();
    using CancellationTokenSource over = new(time);
    Task<List<double>> health = Health(server, over.Token);
    long first = server.Memory(), most = first;
    before = await server.WrittenAsync();
    List<Task> sent = [];
    long begun = Stopwatch.GetTimestamp();
    while (!over.IsCancellationRequested)
    {
        for (int due = (int)(10 * requests * Stopwatch.GetElapsedTime(begun).TotalSeconds); sent.Count < due;) sent.Add(One(server, sent.Count, tally, 0));
        if (Stopwatch.GetElapsedTime(begun) < time / 4) first = Math.Max(first, server.Memory());
        most = Math.Max(most, server.Memory());
        await Task.Delay(5, CancellationToken.None);
    }
    double loaded = (await server.WrittenAsync() - before) / time.TotalSeconds;
    await Task.WhenAll(sent);
    List<double> looks = await health;
    looks.Sort();
    Console.WriteLine($"{10 * requests:F0} requests/s for {time.TotalSeconds} s: {loaded:F0} tokens/s, {loaded / perSecond:P1} of that; {tally}");
    Console.WriteLine($"/health: median {looks[looks.Count / 2]:F1} ms, p99 {looks[looks.Count * 99 / 100]:F1} ms, longest {looks[^1]:F1} ms of {looks.Count}");
    Console.WriteLine($"memory: {first / 1e6:F0} MB in the first quarter, {most / 1e6:F0} MB at most");
    return Verdict(await server.IsIdleAsync(), tally.Broken == 0, loaded >= 0.95 * perSecond, looks[^1] <= 50, most <= 1.05 * first + 10e6);
}

static async Task<int> Leaving(string[] model)
{
    const int Requests = 10_000, AtOnce = 48;
    await using Server server = await Server.StartAsync(model);
    Tally tally = new();
    int next = 0;
    long begun = Stopwatch.GetTimestamp();
    await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
    {
        for (int one; (one = Interlocked.Increment(ref next)) <= Requests;) await One(server, one, tally, 0.45);      // of these some are done before
    }));
    Console.WriteLine($"{Requests} requests in {Stopwatch.GetElapsedTime(begun).TotalSeconds:F0} s: {tally}");
    bool idle = await server.IsIdleAsync();
    Console.WriteLine($"afterwards: {(idle ? "nothing runs, waits or holds a page" : "something is left")}; {server.Threads()} threads, {server.Memory() / 1e6:F0} MB");
    return Verdict(idle, tally.Broken == 0, tally.Whole > Requests / 2);
}

static async Task<int> Signals(string[] model)
{
    await using Server server = await Server.StartAsync(model);
    Tally tally = new();
    Task load = Clients(server, 48, TimeSpan.FromSeconds(12), tally, leaveShare: 0);
    await Task.Delay(4000);
    server.Signal("STOP");
    await Task.Delay(3000);
    server.Signal("CONT");
    await load;
    Console.WriteLine($"stopped for 3 s and continued: {tally}");
    bool isWhole = tally.Broken == 0, idle = await server.IsIdleAsync();

    Tally end = new();
    load = Clients(server, 48, TimeSpan.FromSeconds(6), end, leaveShare: 0, untilGone: true);
    await Task.Delay(2000);
    long asked = Stopwatch.GetTimestamp();
    server.Signal("TERM");
    int code = await server.EndAsync();
    Console.WriteLine($"asked to end: gone after {Stopwatch.GetElapsedTime(asked).TotalSeconds:F1} s with {code}");
    await load;
    Console.WriteLine($"until then: {end}");
    return Verdict(isWhole, idle, code == 0, end.Broken == 0);
}

static async Task<int> Soak(TimeSpan time, string[] model)
{
    await using Server server = await Server.StartAsync(model, "--max-queue", "32");
    Tally tally = new();
    Task load = Clients(server, 64, time, tally, leaveShare: 0.2);
    using CancellationTokenSource over = new(time);
    Task<List<double>> health = Health(server, over.Token);
    List<long> memory = [];
    long begun = Stopwatch.GetTimestamp();
    while (!load.IsCompleted)
    {
        await Task.WhenAny(load, Task.Delay(time / 60));
        memory.Add(server.Memory());
        Console.WriteLine($"{Stopwatch.GetElapsedTime(begun).TotalMinutes,6:F1} min: {memory[^1] / 1e6:F0} MB, {server.Threads()} threads; {tally}");
    }
    long early = memory[..(memory.Count / 4 + 1)].Max(), late = memory[(memory.Count * 3 / 4)..].Max();
    List<double> looks = await health;
    Console.WriteLine($"memory: {early / 1e6:F0} MB in the first quarter, {late / 1e6:F0} MB in the last; longest /health {looks.Max():F0} ms");
    return Verdict(tally.Broken == 0, await server.IsIdleAsync(), late <= 1.05 * early + 10e6);
}

static int Verdict(params bool[] promises)
{
    bool kept = promises.All(promise => promise);
    Console.WriteLine(kept ? "kept" : "BROKEN: " + string.Join(' ', promises));
    return kept ? 0 : 1;
}

static async Task Clients(Server server, int clients, TimeSpan time, Tally tally, double leaveShare, bool untilGone = false)
{
    long begun = Stopwatch.GetTimestamp();
    await Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
    {
        for (int one = 0; Stopwatch.GetElapsedTime(begun) < time && !(untilGone && server.HasEnded); one++)
        {
            if (await One(server, client * 100_000 + one, tally, leaveShare, untilGone) is TimeSpan wait) await Task.Delay(TimeSpan.FromTicks(Math.Min(wait.Ticks, TimeSpan.TicksPerSecond)));
        }
    }));
}

// one request: chat or plain, streamed or whole, of a length by its number; returns how long it was told to wait
static async Task<TimeSpan?> One(Server server, int number, Tally tally, double leaveShare, bool mayBeGone = false)
{
    Random random = new(number);
    int length = 8 + random.Next(48);
    bool chat = random.Next(2) == 0, stream = random.Next(2) == 0;
    string words = string.Join(' ', Enumerable.Range(0, 4 + random.Next(40)).Select(_ => $"word{random.Next(1000)}"));
    string what = chat ? $"\"messages\":[{{\"role\":\"user\",\"content\":\"{words}\"}}]" : $"\"prompt\":\"{words}\"";
    string body = $"{{\"model\":\"{server.Model}\",{what},\"max_tokens\":{length},\"ignore_eos\":true,\"seed\":{number},\"stream\":{(stream ? "true" : "false")}}}";
    using CancellationTokenSource leave = new();
    bool leaves = random.NextDouble() < leaveShare;
    if (leaves) leave.CancelAfter(TimeSpan.FromMilliseconds(random.NextDouble() * random.NextDouble() * 2000));
    try
    {
        using HttpRequestMessage request = new(HttpMethod.Post, chat ? "v1/chat/completions" : "v1/completions");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leave.Token);
        string text = await answer.Content.ReadAsStringAsync(leave.Token);
        if (answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
        {
            TimeSpan? wait = answer.Headers.RetryAfter?.Delta;
            tally.Add(wait is null || !text.Contains("\"error\"") ? $"{(int)answer.StatusCode} without Retry-After or error" : null, refused: true);
            return wait ?? TimeSpan.FromSeconds(1);
        }
        bool isWhole = answer.IsSuccessStatusCode && (stream ? text.EndsWith("data: [DONE]\n\n") && !text.Contains("\"error\"") : Written(text) == length);
        bool isEnded = mayBeGone && text.Contains("stopping");
        tally.Add(isWhole || isEnded ? null : $"{(int)answer.StatusCode} {text[^Math.Min(text.Length, 200)..]}", refused: isEnded);
    }
    catch (OperationCanceledException) when (leaves)
    {
        tally.Left();
    }
    catch (HttpRequestException failure)
    {
        if (mayBeGone && failure.HttpRequestError == HttpRequestError.ConnectionError) return TimeSpan.FromMilliseconds(50);    // no longer there
        tally.Add(failure.Message, refused: false);
    }
    return null;
}

static int Written(string answer)
{
    using JsonDocument document = JsonDocument.Parse(answer);
    return document.RootElement.GetProperty("usage").GetProperty("completion_tokens").GetInt32();
}

// milliseconds of each look, ten a second, on a connection of its own
static async Task<List<double>> Health(Server server, CancellationToken over)
{
    using HttpClient client = new() { BaseAddress = server.Client.BaseAddress };
    List<double> looks = [];
    while (!over.IsCancellationRequested)
    {
        long from = Stopwatch.GetTimestamp();
        (await client.GetAsync("health", CancellationToken.None)).EnsureSuccessStatusCode();
        looks.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        await Task.Delay(100, CancellationToken.None);
    }
    return looks;
}

internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, int> _faults = [];
    private int _whole, _refused, _left, _broken;

    public int Whole => _whole;

    public int Broken => _broken;

    public void Add(string? fault, bool refused)
    {
        if (fault is null) Interlocked.Increment(ref refused ? ref _refused : ref _whole);
        else
        {
            Interlocked.Increment(ref _broken);
            _faults.AddOrUpdate(fault, 1, (_, count) => count + 1);
        }
    }

    public void Left() => Interlocked.Increment(ref _left);

    public override string ToString() => $"{_whole} whole, {_refused} refused with Retry-After or told of the end, {_left} left, {_broken} broken"
        + string.Concat(_faults.Take(3).Select(fault => $"\n  {fault.Value} x {fault.Key}"));
}

/// <summary>A server that was started for the trial.</summary>
internal sealed partial class Server : IAsyncDisposable
{
    private readonly Process _process;

    private Server(Process process, Uri address)
    {
        _process = process;
        Client = new HttpClient(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20) }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
    }

    public HttpClient Client { get; }

    public string Model { get; private set; } = "";

    public bool HasEnded => _process.HasExited;

    public static async Task<Server> StartAsync(string[] model, params string[] options)
    {
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, ".."));
        string tool = Path.Combine(root, "src", "Sandglass.Cli");
        using (Process build = Process.Start("dotnet", ["build", "-c", "Release", "-v", "quiet", "--nologo", tool])) await build.WaitForExitAsync();
        string[] named = model is [string file] ? ["--model", Path.GetFullPath(file)] : [];
        ProcessStartInfo start = new("dotnet", [Path.Combine(tool, "bin", "Release", "net10.0", "Sandglass.Cli.dll"), "serve", "--port", "0", .. named, .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the server did not start");
        using JsonDocument said = JsonDocument.Parse(line);
        Server server = new(process, new Uri(said.RootElement.GetProperty("listening").GetString() + "/"));
        using JsonDocument models = JsonDocument.Parse(await server.Client.GetStringAsync("v1/models"));
        server.Model = models.RootElement.GetProperty("data")[0].GetProperty("id").GetString()!;
        return server;
    }

    /// <summary>Bytes that are resident.</summary>
    public long Memory()
    {
        _process.Refresh();
        return _process.WorkingSet64;
    }

    public int Threads()
    {
        _process.Refresh();
        return _process.Threads.Count;
    }

    /// <summary>Tokens written since it started.</summary>
    public async Task<double> WrittenAsync() => Value(await Client.GetStringAsync("metrics"), "vllm:generation_tokens_total");

    /// <summary>Whether soon nothing runs, waits, or holds pages.</summary>
    public async Task<bool> IsIdleAsync()
    {
        string metrics = "";
        for (int i = 0; i < 50; i++)
        {
            metrics = await Client.GetStringAsync("metrics");
            if (Busy.All(name => Value(metrics, name) == 0)) return true;
            await Task.Delay(100);
        }
        foreach (string name in Busy) Console.WriteLine($"  {name} {Value(metrics, name)}");
        return false;
    }

    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Client.Dispose();
    }

    private static readonly string[] Busy = ["vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc"];

    private static double Value(string metrics, string name) =>
        double.Parse(Regex.Match(metrics, $@"^{Regex.Escape(name)}(?:\{{[^}}]*\}})? (\S+)", RegexOptions.Multiline).Groups[1].Value);

    private static string Here([CallerFilePath] string path = "") => path;
}
