using System.Text.Json;

namespace Sandglass.Cli.Tests;

/// <summary>Signals while the server writes: a stop of the process loses nothing, its end is told to who reads.</summary>
public class ServeSignalTests
{
    [Fact]
    public async Task What_runs_when_the_time_is_over_ends_with_an_event_and_the_process_with_zero()
    {
        if (OperatingSystem.IsWindows()) return;
        using RunningServer server = RunningServer.Start([], "--window", "64", "--drain", "0.2", "--threads", "1");
        using HttpResponseMessage running = await BeginAsync(server, """{"prompt":"Once","stream":true,"ignore_eos":true,"max_tokens":100000000}""");
        server.Signal("TERM");

        string[] events = (await running.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        Assert.Contains("\"stopping\"", events[^2], StringComparison.Ordinal);
        ToolRun end = server.End();
        Assert.Equal(0, end.Code);
        Assert.Contains("1 request had to be ended.", end.Error, StringComparison.Ordinal);
        string[] log = end.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(log, line => Assert.NotEqual("", JsonDocument.Parse(line).RootElement.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task What_runs_may_finish()
    {
        if (OperatingSystem.IsWindows()) return;
        using RunningServer server = RunningServer.Start([], "--window", "64", "--threads", "1");
        using HttpResponseMessage running = await BeginAsync(server, """{"prompt":"Once","stream":true,"ignore_eos":true,"max_tokens":2000,"seed":3}""");
        server.Signal("TERM");

        string text = Text(await running.Content.ReadAsStringAsync());
        Assert.Equal(0, server.End().Code);
        string[] same = ["--window", "64", "-n", "2000", "--ignore-eos", "--seed", "3", "--temperature", "1", "--top-k", "0", "--top-p", "1", "--min-p", "0"];
        Assert.Equal(Tool.Run(["run", "Once", "--model", Tool.Small, .. same]).Done().Text, text);
    }

    [Fact]
    public async Task A_process_that_was_stopped_and_goes_on_has_lost_nothing()
    {
        if (OperatingSystem.IsWindows()) return;
        const string Body = """{"prompt":"Once","stream":true,"ignore_eos":true,"max_tokens":1500,"seed":5}""";
        using RunningServer server = RunningServer.Start([], "--window", "64", "--threads", "1");
        using HttpResponseMessage still = await BeginAsync(server, Body);
        string expected = Text(await still.Content.ReadAsStringAsync());

        using HttpResponseMessage running = await BeginAsync(server, Body);
        server.Signal("STOP");
        await Task.Delay(300);
        server.Signal("CONT");

        Assert.Equal(expected, Text(await running.Content.ReadAsStringAsync()));
        server.Signal("TERM");
        Assert.Equal(0, server.End().Code);
    }

    private static async Task<HttpResponseMessage> BeginAsync(RunningServer server, string body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/completions") { Content = new StringContent(body, null, "application/json") };
        return await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static string Text(string stream)
    {
        string[] events = stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        IEnumerable<JsonElement> tokens = events[..^1].Select(one => JsonDocument.Parse(one["data: ".Length..]).RootElement);
        return string.Concat(tokens.Select(token => token.GetProperty("choices")[0].GetProperty("text").GetString()));
    }
}
