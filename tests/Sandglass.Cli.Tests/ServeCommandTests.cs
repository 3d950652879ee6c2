using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Sandglass.Cli.Tests;

/// <summary>The server as a process: its streams, signals and exit codes.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-serve").FullName;

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task It_says_where_it_listens_and_ends_by_a_signal(string signal)
    {
        if (OperatingSystem.IsWindows()) return;
        using RunningServer server = RunningServer.Start([]);

        Assert.Matches("""^\{"listening":"http://127\.0\.0\.1:\d+"\}$""", server.Line);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("ready")).StatusCode);
        Assert.Contains("grain-1m", await server.Client.GetStringAsync("v1/models"), StringComparison.Ordinal);
        server.Signal(signal);
        ToolRun end = server.End();

        Assert.Equal(0, end.Code);
        Assert.Empty(end.Output);       // one line, and nothing else
        JsonElement line = end.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .First(line => line.TryGetProperty("method", out _));
        Assert.Equal("GET", line.GetProperty("method").GetString());
        Assert.Equal("/v1/models", line.GetProperty("route").GetString());
        Assert.Equal(200, line.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_key_made_by_the_tool_opens_the_server()
    {
        string file = Path.Combine(_folder, "keys.json");
        ToolRun made = Tool.Run("key", "alice").Done(), piped = Tool.RunWithInput("a key of twenty bytes\n"u8.ToArray(), "key", "bob").Done();
        string key = made.Error.Split(' ')[^1].Trim();
        File.WriteAllText(file, $"{{\"keys\":[{made.Text},{piped.Text}]}}");
        using RunningServer server = RunningServer.Start([("SANDGLASS_API_KEY", "the-key-of-the-environment")], "--api-key-file", file);

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server, null));
        foreach (string right in (string[])[key, "a key of twenty bytes", "the-key-of-the-environment"])
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, right));
        Assert.DoesNotContain(key, made.Text, StringComparison.Ordinal);
        server.Signal("TERM");
        Assert.DoesNotContain(key, server.End().Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_costs_the_log_and_no_answer()
    {
        if (!OperatingSystem.IsLinux()) return;
        using RunningServer server = RunningServer.StartLogging("/dev/full", "--threads", "1");
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage answer = await server.Client.PostAsync("v1/completions",
                new StringContent("""{"prompt":"Once","max_tokens":3}""", Encoding.UTF8, "application/json"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        server.Signal("TERM");
        Assert.Equal(0, server.End().Code);
    }

    [Fact]
    public void A_key_whose_entry_cannot_be_written_is_not_shown()
    {
        if (!OperatingSystem.IsLinux()) return;
        using Process process = Tool.Start("sh", [], ["-c", "exec \"$0\" key alice >/dev/full", Tool.Path]);
        process.StandardInput.Close();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
        Assert.DoesNotContain("sg-", error, StringComparison.Ordinal);
        Assert.Contains("[input-output]", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_models_are_served_under_their_names()
    {
        using RunningServer server = RunningServer.Start([], "--model", "other=embedded:grain-1m");

        using JsonDocument models = JsonDocument.Parse(await server.Client.GetStringAsync("v1/models"));
        Assert.Equal(["grain-1m", "other"], models.RootElement.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()));
    }

    /// <summary>What is done before, so that the first request is as quick as others, is in no count, no log and on no key's account.</summary>
    [Fact]
    public async Task A_server_that_has_begun_has_seen_no_request()
    {
        using RunningServer server = RunningServer.Start([], "--model", "other=embedded:grain-1m", "--log-format", "json");
        string[] samples = [.. (await server.Client.GetStringAsync("metrics")).Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
        server.Signal("TERM");
        string log = server.End().Error;

        Assert.Contains(samples, line => line.StartsWith("vllm:e2e_request_latency_seconds_count", StringComparison.Ordinal));
        IEnumerable<string> counts = samples.Where(line => line.StartsWith("vllm:", StringComparison.Ordinal)).Where(
            line => !line.Contains("config_info", StringComparison.Ordinal));
        Assert.All(counts, line => Assert.EndsWith(" 0.0", line, StringComparison.Ordinal));
        Assert.DoesNotContain(samples, line => line.StartsWith("http_requests_total", StringComparison.Ordinal));
        Assert.All(samples.Where(line => line.StartsWith("sandglass:steps_total", StringComparison.Ordinal)
            || line.StartsWith("sandglass:cache_pages_kept", StringComparison.Ordinal)), line => Assert.EndsWith(" 0.0", line, StringComparison.Ordinal));
        Assert.DoesNotContain("completions", log, StringComparison.Ordinal);
    }

    /// <summary>Each could hold all but what is always the other's; where there is too little for the largest request of each it is divided by what those
    /// need.</summary>
    [Fact]
    public async Task Several_models_have_the_memory_of_the_caches_together()
    {
        const long Bytes = 64 << 20, Little = 8_000_000;
        using RunningServer alone = RunningServer.Start([], "--cache-memory", $"{Bytes}");
        using RunningServer same = RunningServer.Start([], "--model", "other=embedded:grain-1m", "--cache-memory", $"{Bytes}");
        using RunningServer larger = RunningServer.Start([], "--model", "embedded:grain-6m", "--cache-memory", $"{Little}");

        long all = (await PagesAsync(alone)).Single();
        long[] each = await PagesAsync(same), parts = await PagesAsync(larger);
        Assert.All(each, pages => Assert.InRange(pages, all * 9 / 10, all - 1024 / 32));

        using LanguageModel grain1 = LanguageModel.LoadEmbedded("grain-1m"), grain6 = LanguageModel.LoadEmbedded("grain-6m");
        long small = parts[0] * grain1.Pages.Shape.SetBytes, large = parts[1] * grain6.Pages.Shape.SetBytes;
        Assert.InRange(small + large, Little - 2 * grain6.Pages.Shape.SetBytes, Little);
        Assert.True(large > small);     // the larger model needs more for a text
    }

    [Theory]
    [InlineData("--host: expected an address", "--host", "example.com")]
    [InlineData("two models are called grain-1m", "--model", Tool.Small)]
    [InlineData("No model file at missing.gguf", "--model", "missing.gguf")]
    [InlineData("[key-file-missing]", "--api-key-file", "missing.json")]
    [InlineData("--port: expected a whole number from 0 to 65535", "--port", "70000")]
    [InlineData("NAME=FILE", "--model", "=x.gguf")]
    [InlineData("--draft guesses for one model", "--model", "other=embedded:grain-1m", "--draft", Tool.Small)]
    [InlineData("which needs none", "--draft", "lookup")]
    [InlineData("No model file at missing.gguf. --draft", "--draft", "missing.gguf")]
    public void What_cannot_be_served_ends_with_two(string message, params string[] arguments)
    {
        ToolRun run = Tool.Run(["serve", "--model", Tool.Small, .. arguments.Contains("--port") ? [] : (string[])["--port", "0"], .. arguments]);

        Assert.Equal(2, run.Code);
        Assert.Empty(run.Output);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_is_taken_is_named()
    {
        using RunningServer server = RunningServer.Start([]);
        ToolRun second = Tool.Run("serve", "--model", Tool.Small, "--port", $"{server.Client.BaseAddress!.Port}");

        Assert.Equal(2, second.Code);
        Assert.Contains($"127.0.0.1:{server.Client.BaseAddress.Port} cannot be listened on", second.Error, StringComparison.Ordinal);
        Assert.Single(second.Error.TrimEnd().Split('\n'));      // without the exception's trace
    }

    [Fact]
    public void A_server_that_others_can_reach_without_a_key_is_worth_a_warning()
    {
        using RunningServer open = RunningServer.Start([], "--host", "0.0.0.0"), closed = RunningServer.Start(
            [("SANDGLASS_API_KEY", "the-key-of-the-environment")], "--host", "0.0.0.0");
        foreach (RunningServer server in (RunningServer[])[open, closed]) server.Signal("TERM");

        Assert.Contains("no key is needed", open.End().Error, StringComparison.Ordinal);
        Assert.DoesNotContain("no key is needed", closed.End().Error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<long[]> PagesAsync(RunningServer server)
    {
        string metrics = await server.Client.GetStringAsync("metrics");
        return [.. metrics.Split('\n').Where(line => line.StartsWith("sandglass:cache_pages{", StringComparison.Ordinal))
            .Select(line => (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture))];
    }

    private static async Task<HttpStatusCode> StatusAsync(RunningServer server, string? key)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "v1/models");
        if (key is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        return response.StatusCode;
    }
}
