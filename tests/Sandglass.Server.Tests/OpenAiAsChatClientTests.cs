using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Sandglass.Server.Tests;

/// <summary>Programs that speak to an IChatClient or an IEmbeddingGenerator, which is OpenAI's client and so this server.</summary>
[Collection(ServerCollection.Name)]
public class OpenAiAsChatClientTests(ServerFixture fixture)
{
    private const string Model = "grain-1m", Question = "Tell me of a king.";

    private OpenAIClient OpenAi => new(new ApiKeyCredential("none"), new OpenAIClientOptions
    {
        Endpoint = new Uri(new Uri(fixture.Server.Address), "v1"),
        RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
    });

    private IChatClient Client => OpenAi.GetChatClient(Model).AsIChatClient();

    private static ChatOptions Options => new() { MaxOutputTokens = 16, Seed = 7 };

    [Fact]
    public async Task A_chat_whole_and_streamed_is_the_same()
    {
        ChatResponse whole = await Client.GetResponseAsync(Question, Options);
        ChatResponse streamed = await Client.GetStreamingResponseAsync(Question, Options).ToChatResponseAsync();

        Assert.NotEqual("", whole.Text);
        Assert.Equal(whole.Text, streamed.Text);
        Assert.Equal((ChatFinishReason.Length, ChatFinishReason.Length), (whole.FinishReason!.Value, streamed.FinishReason!.Value));
        Assert.Equal((16, 16), (whole.Usage!.OutputTokenCount, streamed.Usage!.OutputTokenCount));
        Assert.Equal(whole.Usage.InputTokenCount, streamed.Usage.InputTokenCount);
        Assert.Equal(Model, whole.ModelId);
    }

    public static TheoryData<string> Names => [.. Changing.Keys];

    private static readonly Dictionary<string, (Action<ChatOptions> Good, Action<ChatOptions> Bad)> Changing = new()
    {
        ["temperature"] = (options => options.Temperature = 0.2f, options => options.Temperature = 3),
        ["top_p"] = (options => options.TopP = 0.3f, options => options.TopP = 0),
        ["frequency_penalty"] = (options => options.FrequencyPenalty = 2, options => options.FrequencyPenalty = 3),
        ["presence_penalty"] = (options => options.PresencePenalty = 2, options => options.PresencePenalty = -3),
        ["max_completion_tokens"] = (options => options.MaxOutputTokens = 5, options => options.MaxOutputTokens = -1),
        ["stop"] = (options => options.StopSequences = ["e"], options => options.StopSequences = [""]),
        ["messages"] = (options => options.Instructions = "You tell stories.", options => options.Instructions = new string('a', 9000)),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_option_is_honoured_and_refused_by_its_name(string name)
    {
        ChatOptions good = Options, bad = Options;
        Changing[name].Good(good);
        Changing[name].Bad(bad);

        Assert.NotEqual((await Client.GetResponseAsync(Question, Options)).Text, (await Client.GetResponseAsync(Question, good)).Text);
        Assert.Contains(name, (await Assert.ThrowsAsync<ClientResultException>(() => Client.GetResponseAsync(Question, bad))).Message);
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_and_not_left_out()
    {
        ChatOptions json = new() { ResponseFormat = ChatResponseFormat.Json }, tools = new() { Tools = [AIFunctionFactory.Create(() => 7, "seven")] };

        Assert.Contains("response_format", (await Assert.ThrowsAsync<ClientResultException>(() => Client.GetResponseAsync(Question, json))).Message);
        Assert.Contains("tools", (await Assert.ThrowsAsync<ClientResultException>(() => Client.GetResponseAsync(Question, tools))).Message);
    }

    [Fact]
    public async Task A_second_turn_follows_the_first()
    {
        string long_ = string.Join(' ', Enumerable.Repeat("The king went to the sea.", 20));
        List<ChatMessage> messages = [new(ChatRole.System, "You tell stories."), new(ChatRole.User, long_)];
        ChatResponse first = await Client.GetResponseAsync(messages, Options);
        messages.AddMessages(first);
        messages.Add(new ChatMessage(ChatRole.User, "And then?"));
        ChatResponse second = await Client.GetResponseAsync(messages, Options);

        Assert.True(second.Usage!.InputTokenCount > first.Usage!.InputTokenCount + 16);
        Assert.True(second.Usage.CachedInputTokenCount > 32, $"{second.Usage.CachedInputTokenCount}");
    }

    [Fact]
    public async Task A_stream_that_is_cancelled_ends()
    {
        using CancellationTokenSource leave = new();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ChatResponseUpdate update in Client.GetStreamingResponseAsync(Question, new ChatOptions { MaxOutputTokens = 900 }, leave.Token))
                if (update.Text.Length > 0) await leave.CancelAsync();
        });
    }

    [Fact]
    public async Task Embeddings_are_vectors_of_length_one()
    {
        IEmbeddingGenerator<string, Embedding<float>> embeddings = OpenAi.GetEmbeddingClient(Model).AsIEmbeddingGenerator();
        GeneratedEmbeddings<Embedding<float>> vectors = await embeddings.GenerateAsync(["The king", "The queen"]);

        Assert.Equal(2, vectors.Count);
        Assert.All(vectors, vector => Assert.Equal(1, vector.Vector.ToArray().Sum(value => value * value), 1e-4));
        Assert.True(vectors.Usage!.InputTokenCount > 2);
    }
}
