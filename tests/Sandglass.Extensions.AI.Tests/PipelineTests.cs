using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sandglass.Extensions.AI.Tests;

/// <summary>The client below the layers of Microsoft.Extensions.AI.</summary>
public sealed class PipelineTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly ChatOptions Short = new() { Seed = 3, MaxOutputTokens = 12 };

    [Fact]
    public async Task Answers_are_cached()
    {
        MemoryDistributedCache cache = new(Options.Create(new MemoryDistributedCacheOptions()));
        using IChatClient client = grain.Model.AsIChatClient().AsBuilder().UseDistributedCache(cache).Build();

        long before = grain.Model.Activity.GeneratedTokens;
        ChatResponse first = await client.GetResponseAsync("A fox?", Short);
        Assert.Equal(before + 12, grain.Model.Activity.GeneratedTokens);
        ChatResponse second = await client.GetResponseAsync("A fox?", Short), streamed = await client.GetStreamingResponseAsync("A wolf?", Short)
            .ToChatResponseAsync();
        ChatResponse again = await client.GetStreamingResponseAsync("A wolf?", Short).ToChatResponseAsync();

        Assert.Equal(before + 24, grain.Model.Activity.GeneratedTokens);
        Assert.Equal((first.Text, streamed.Text), (second.Text, again.Text));
        Assert.Equal(12, again.Usage!.OutputTokenCount);
    }

    [Fact]
    public async Task Requests_are_traced_with_the_conventions_of_generative_ai()
    {
        ConcurrentQueue<Activity> seen = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "sandglass.tests",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = seen.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using IChatClient client = grain.Model.AsIChatClient("tales").AsBuilder().UseOpenTelemetry(sourceName: "sandglass.tests").Build();

        await client.GetResponseAsync("A fox?", Short);
        await client.GetStreamingResponseAsync("A fox?", Short).ToChatResponseAsync();

        Assert.Equal(2, seen.Count);
        foreach (Activity activity in seen)
        {
            Assert.Equal(("chat tales", "sandglass", "tales"),
                (activity.DisplayName, activity.GetTagItem("gen_ai.provider.name"), activity.GetTagItem("gen_ai.response.model")));
            Assert.Equal(12, Convert.ToInt32(activity.GetTagItem("gen_ai.usage.output_tokens"), System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task Requests_are_logged_and_come_from_a_container()
    {
        Logs logs = new();
        ServiceCollection services = new();
        services.AddLogging(builder => builder.AddProvider(logs).SetMinimumLevel(LogLevel.Debug));
        services.AddChatClient(grain.Model.AsIChatClient()).UseLogging();
        services.AddEmbeddingGenerator(grain.Model.AsIEmbeddingGenerator()).UseLogging();
        await using ServiceProvider provider = services.BuildServiceProvider();

        Assert.NotEqual("", (await provider.GetRequiredService<IChatClient>().GetResponseAsync("A fox?", Short)).Text);
        Assert.Equal(128, (await provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GenerateVectorAsync("A fox")).Length);
        Assert.Contains(logs.Lines, line => line.Contains("GetResponseAsync completed", StringComparison.Ordinal));
        Assert.Contains(logs.Lines, line => line.Contains("generated 1 embedding", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Functions_are_refused_through_the_layer_that_would_call_them()
    {
        using IChatClient client = grain.Model.AsIChatClient().AsBuilder().UseFunctionInvocation().Build();
        ChatOptions options = new() { Tools = [AIFunctionFactory.Create(() => 42, "answer")] };

        Assert.Contains("Tools are not supported yet", (await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync("A fox?", options)))
            .Message, StringComparison.Ordinal);
        Assert.NotEqual("", (await client.GetResponseAsync("A fox?", Short)).Text);
    }

    private sealed class Logs : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines) Lines.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
