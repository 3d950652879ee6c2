using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sandglass.Server.Tests;

/// <summary>What the log says of a request, and what it never says.</summary>
[Collection(ServerCollection.Name)]
public sealed class RequestLogTests(ServerFixture fixture)
{
    private const string Secret = "xylophone";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_word_of_a_text_is_logged_unless_asked(bool asked)
    {
        using HeardLines heard = new();
        await using SandglassServer server = await SandglassServer.StartAsync(new ServerOptions
        {
            Models = [fixture.Small],
            Address = "http://127.0.0.1:0",
            LogPrompts = asked,
            Logging = log => log.SetMinimumLevel(LogLevel.Trace).AddProvider(heard),
        });
        using HttpClient client = new() { BaseAddress = new Uri(server.Address) };

        JsonObject answer = await client.Ask("v1/completions", Api.Body("grain-1m", $"The {Secret}", "\"max_tokens\":8,\"ignore_eos\":true,\"user\":\"u\""));
        await client.Refused("v1/completions", Api.Body("grain-1m", $"The {Secret}", $"\"{Secret}\":1"));
        await client.GetAsync($"v1/{Secret}?q={Secret}");
        IReadOnlyList<string> lines = await heard.AtLeastAsync(asked ? 4 : 3);

        Assert.Equal(asked, lines.Any(line => line.Contains(Secret, StringComparison.Ordinal)));
        Assert.Equal(asked, lines.Any(line => line.Contains(answer.Text().Trim(), StringComparison.Ordinal)));
        string one = Assert.Single(lines, line => line.StartsWith("POST /v1/completions 200 ", StringComparison.Ordinal));
        Assert.Contains("key -, ", one, StringComparison.Ordinal);
        Assert.Contains("model grain-1m, prompt ", one, StringComparison.Ordinal);
        Assert.EndsWith("wrote 8, length", one, StringComparison.Ordinal);
        Assert.Single(lines, line => line.StartsWith("POST /v1/completions 400 ", StringComparison.Ordinal));
        Assert.Single(lines, line => line.StartsWith("GET none 404 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_refused_at_the_gate_is_logged_with_its_route()
    {
        using HeardLines heard = new();
        await using SandglassServer server = await SandglassServer.StartAsync(new ServerOptions
        {
            Models = [fixture.Small],
            Address = "http://127.0.0.1:0",
            Key = "a-key-that-nobody-shows",
            Logging = log => log.AddProvider(heard),
        });
        using HttpClient client = new() { BaseAddress = new Uri(server.Address) };

        await client.Refused("v1/completions", "{}", System.Net.HttpStatusCode.Unauthorized);
        Assert.StartsWith("POST /v1/completions 401 ", (await heard.AtLeastAsync(1))[0]);
    }

    [Theory]
    [InlineData(true, "GET none 200 ")]
    [InlineData(false, "GET none 499 ")]
    public async Task Who_closes_the_connection_after_the_whole_answer_has_not_left(bool isWhole, string line)
    {
        using HeardLines heard = new();
        using ILoggerFactory logs = LoggerFactory.Create(log => log.AddProvider(heard));
        RequestLog log = new(
            new ServerTelemetry([], false, TimeProvider.System, logs.CreateLogger<ServerTelemetry>()), new AnswerIds(), TimeProvider.System,
            logs.CreateLogger<RequestLog>());

        await log.Handle(new DefaultHttpContext { Request = { Method = "GET" } }, context => ErrorMiddleware.Handle(context, answered =>
        {
            answered.RequestAborted = new CancellationToken(canceled: true);
            return isWhole ? Task.CompletedTask : Task.FromCanceled(answered.RequestAborted);
        }));

        Assert.StartsWith(line, Assert.Single(await heard.AtLeastAsync(1)));
    }
}
