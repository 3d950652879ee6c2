using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sandglass.ServeBench.Client;
using Sandglass.ServeBench.Load;

namespace Sandglass.Server.Tests.Load;

/// <summary>What the load's client makes of answers, whole and broken, from a server that says what it is told to.</summary>
public class ApiClientTests
{
    private const string Role = """data: {"choices":[{"delta":{"role":"assistant","content":""}}],"usage":null}""" + "\n\n";
    private const string Text = """data: {"choices":[{"delta":{"content":"a"}}],"usage":null}""" + "\n\n";
    private const string End = """data: {"choices":[{"delta":{},"finish_reason":"length"}],"usage":null}""" + "\n\n";
    private const string Usage =
        """data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":5}}}""" + "\n\n";
    private const string Done = "data: [DONE]\n\n";

    [Fact]
    public async Task A_whole_answer_is_timed_from_its_first_text_and_counted_by_its_usage()
    {
        Outcome outcome = await AskAsync(200, Role, Text, ": ping\n\n", Text, Text, End, Usage, Done);
        Assert.Null(outcome.Error);
        Assert.Equal((200, 3, 7, 5, 3), (outcome.Status, outcome.OutputTokens, outcome.PromptTokens, outcome.CachedTokens, outcome.Chunks));
        Assert.Equal(3, outcome.Gaps.Count);        // between the texts, and to the end
        Assert.Equal(outcome.Ended - outcome.FirstText, outcome.Gaps.Sum(), 9);
    }

    [Fact]
    public async Task Without_usage_events_with_text_are_counted() => Assert.Equal(2, (await AskAsync(200, Role, Text, Text, End, Done)).OutputTokens);

    [Fact]
    public async Task An_answer_may_be_empty()
    {
        Outcome outcome = await AskAsync(200, Role, End, Done);
        Assert.Null(outcome.Error);
        Assert.Equal(outcome.Ended, outcome.FirstText);
    }

    [Theory]
    [InlineData("cut off", Role, Text)]
    [InlineData("without a choice", Done)]
    [InlineData("in the stream: ", Role, Text, """data: {"error":{"message":"m"}}""" + "\n\n", Done)]
    public async Task Broken_answers_are_errors(string error, params string[] events) => Assert.Contains(error, (await AskAsync(200, events)).Error);

    [Fact]
    public async Task A_refusal_is_kept_with_its_status_and_whether_it_said_when_to_come_again()
    {
        Outcome outcome = await AskAsync(429, """{"error":{"message":"full"}}""");
        Assert.Equal((429, true), (outcome.Status, outcome.HasRetryAfter));
        Assert.Contains("full", outcome.Error);
    }

    [Fact]
    public async Task Nobody_there_is_an_error_too()
    {
        using ApiClient client = new(new Uri("http://127.0.0.1:1/"), key: null);
        Outcome outcome = await client.AskAsync("v1/completions", [], Stopwatch.GetTimestamp(), CancellationToken.None);
        Assert.Equal(0, outcome.Status);
        Assert.NotNull(outcome.Error);
    }

    private static async Task<Outcome> AskAsync(int status, params string[] pieces)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        await using WebApplication server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapPost("/v1/chat/completions", async context =>
        {
            context.Response.StatusCode = status;
            if (status != 200) context.Response.Headers.RetryAfter = "1";
            foreach (string piece in pieces)
            {
                await context.Response.WriteAsync(piece);
                await context.Response.Body.FlushAsync();
            }
        });
        await server.StartAsync();
        using ApiClient client = new(new Uri(server.Urls.First() + "/"), key: null);
        return await client.AskAsync("v1/chat/completions", "{}"u8.ToArray(), Stopwatch.GetTimestamp(), CancellationToken.None);
    }
}
