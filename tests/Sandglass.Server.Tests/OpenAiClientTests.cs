using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Models;

#pragma warning disable OPENAI001, SCME0001 // what OpenAI calls in evaluation there: seeds, predictions, further fields

namespace Sandglass.Server.Tests;

/// <summary>OpenAI's own client for .NET reads every answer.</summary>
[Collection(ServerCollection.Name)]
public class OpenAiClientTests(ServerFixture fixture)
{
    private const string Model = "grain-1m", Question = "Tell me of a king.";

    private OpenAIClient Client => new(new ApiKeyCredential("none"), new OpenAIClientOptions
    {
        Endpoint = new Uri(new Uri(fixture.Server.Address), "v1"),
        RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
    });

    private static ChatCompletionOptions Options => new() { MaxOutputTokenCount = 16, Seed = 7, IncludeLogProbabilities = true, TopLogProbabilityCount = 2 };

    private static ChatMessageContentPart Picture => ChatMessageContentPart.CreateImagePart(new Uri("http://127.0.0.1/a.png"));

    // each option that changes the text, by the parameter that it becomes: honoured, and refused
    private static readonly Dictionary<string, (Action<ChatCompletionOptions> Good, Action<ChatCompletionOptions> Bad)> Changing = new()
    {
        ["temperature"] = (options => options.Temperature = 0.2f, options => options.Temperature = 3),
        ["top_p"] = (options => options.TopP = 0.3f, options => options.TopP = 0),
        ["frequency_penalty"] = (options => options.FrequencyPenalty = 2, options => options.FrequencyPenalty = 3),
        ["presence_penalty"] = (options => options.PresencePenalty = 2, options => options.PresencePenalty = -3),
        ["logit_bias"] = (options => options.LogitBiases[300] = 100, options => options.LogitBiases[300] = 101),
        ["max_completion_tokens"] = (options => options.MaxOutputTokenCount = 5, options => options.MaxOutputTokenCount = -1),
        ["stop"] = (options => options.StopSequences.Add("e"), options => options.StopSequences.Add("")),
    };

    // and each that leaves it alone
    private static readonly Dictionary<string, (Action<ChatCompletionOptions> Good, Action<ChatCompletionOptions> Bad)> Keeping = new()
    {
        ["top_logprobs"] = (options => options.TopLogProbabilityCount = 3, options => options.TopLogProbabilityCount = 21),
        ["user"] = (options => options.EndUserId = "somebody", options => options.EndUserId = new string('a', 513)),
        ["metadata"] = (options => options.Metadata["job"] = "7", options => options.Metadata["job"] = new string('a', 513)),
        ["store"] = (options => options.StoredOutputEnabled = false, options => options.StoredOutputEnabled = true),
        ["service_tier"] = (options => options.ServiceTier = "auto", options => options.ServiceTier = "flex"),
        ["reasoning_effort"] = (options => options.ReasoningEffortLevel = "none", options => options.ReasoningEffortLevel = "high"),
        ["modalities"] = (options => options.ResponseModalities = ChatResponseModalities.Text,
            options => options.ResponseModalities = ChatResponseModalities.Audio),
        ["response_format"] = (options => options.ResponseFormat = ChatResponseFormat.CreateTextFormat(),
            options => options.ResponseFormat = ChatResponseFormat.CreateJsonObjectFormat()),
        ["tools"] = (options => options.Tools.Clear(), options => options.Tools.Add(ChatTool.CreateFunctionTool("f"))),
        ["prediction"] = (options => options.OutputPrediction = ChatOutputPrediction.CreateStaticContentPrediction("a good king"),
            options => options.OutputPrediction = ChatOutputPrediction.CreateStaticContentPrediction([Picture])),
    };

    public static TheoryData<string> Names => [.. Changing.Keys, .. Keeping.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_option_is_honoured_and_refused_by_its_name(string name)
    {
        bool changes = Changing.TryGetValue(name, out (Action<ChatCompletionOptions> Good, Action<ChatCompletionOptions> Bad) option);
        if (!changes) option = Keeping[name];
        ChatCompletionOptions good = Options, bad = Options;
        option.Good(good);
        option.Bad(bad);
        ChatClient chat = Client.GetChatClient(Model);
        string plain = (await chat.CompleteChatAsync([new UserChatMessage(Question)], Options)).Value.Content[0].Text;
        string text = (await chat.CompleteChatAsync([new UserChatMessage(Question)], good)).Value.Content[0].Text;
        ClientResultException refused = await Assert.ThrowsAsync<ClientResultException>(() => chat.CompleteChatAsync([new UserChatMessage(Question)], bad));
        JsonElement error = JsonDocument.Parse(refused.GetRawResponse()!.Content).RootElement.GetProperty("error");

        Assert.Equal(changes, text != plain);
        Assert.Equal(400, refused.Status);
        Assert.Equal(name, error.GetProperty("param").GetString()!.Split('.', '[')[0]);
        Assert.Contains(error.GetProperty("code").GetString()!, refused.Message);
        Assert.True(refused.GetRawResponse()!.Headers.TryGetValue("x-request-id", out _));
    }

    [Fact]
    public async Task A_seed_repeats_and_another_one_does_not()
    {
        ChatClient chat = Client.GetChatClient(Model);
        async Task<ChatCompletion> Ask(long seed) =>
            await chat.CompleteChatAsync([new UserChatMessage(Question)], new() { MaxOutputTokenCount = 16, Seed = seed });
        ChatCompletion first = await Ask(7), again = await Ask(7), other = await Ask(8);

        Assert.Equal(first.Content[0].Text, again.Content[0].Text);
        Assert.NotEqual(first.Content[0].Text, other.Content[0].Text);
        Assert.Equal(first.SystemFingerprint, again.SystemFingerprint);
        Assert.Equal(first.Usage.TotalTokenCount, first.Usage.InputTokenCount + 16);
    }

    [Fact]
    public async Task A_stream_that_is_cancelled_ends_the_text()
    {
        LanguageModel model = fixture.Grain.Model;
        using CancellationTokenSource leave = new();
        ChatCompletionOptions options = new() { MaxOutputTokenCount = 900 };
        options.Patch.Set("$.ignore_eos"u8, true);
        options.Patch.Set("$.n"u8, 16);
        long before = model.Activity.GeneratedTokens;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (StreamingChatCompletionUpdate update in
                Client.GetChatClient("grain-6m").CompleteChatStreamingAsync([new UserChatMessage(Question)], options, leave.Token))
            {
                if (update.ContentUpdate.Count > 0 && update.ContentUpdate[0].Text.Length > 0) await leave.CancelAsync();
            }
        });
        for (int i = 0; i < 3000 && model.Activity is not { Running: 0, Waiting: 0 }; i++) await Task.Delay(10);

        Assert.Equal((0, 0), (model.Activity.Running, model.Activity.Waiting));
        Assert.InRange(model.Activity.GeneratedTokens - before, 1, 16 * 900 - 1);
    }

    [Fact]
    public async Task A_chat_whole_and_streamed_is_the_same()
    {
        ChatClient chat = Client.GetChatClient(Model);
        ChatCompletion whole = await chat.CompleteChatAsync([new UserChatMessage(Question)], Options);
        string streamed = "";
        ChatFinishReason? finish = null;
        ChatTokenUsage? usage = null;
        await foreach (StreamingChatCompletionUpdate update in chat.CompleteChatStreamingAsync([new UserChatMessage(Question)], Options))
        {
            streamed += string.Concat(update.ContentUpdate.Select(part => part.Text));
            (finish, usage) = (update.FinishReason ?? finish, update.Usage ?? usage);
        }

        Assert.Equal(whole.Content[0].Text, streamed);
        Assert.Equal(ChatFinishReason.Length, whole.FinishReason);
        Assert.Equal(ChatFinishReason.Length, finish);
        Assert.Equal(whole.Usage.OutputTokenCount, usage!.OutputTokenCount);
        Assert.Equal(16, whole.ContentTokenLogProbabilities.Count);
        Assert.All(whole.ContentTokenLogProbabilities, token => Assert.Equal(2, token.TopLogProbabilities.Count));
    }

    [Fact]
    public async Task A_refusal_is_an_exception_with_its_reason()
    {
        ChatClient chat = Client.GetChatClient(Model);
        ChatCompletionOptions options = new() { ResponseFormat = ChatResponseFormat.CreateJsonObjectFormat() };
        ClientResultException refused = await Assert.ThrowsAsync<ClientResultException>(() => chat.CompleteChatAsync([new UserChatMessage(Question)], options));

        Assert.Equal(400, refused.Status);
        Assert.Contains("response_format", refused.Message);
    }

    [Fact]
    public async Task Embeddings_and_models_are_read()
    {
        EmbeddingClient embeddings = Client.GetEmbeddingClient(Model);
        OpenAIEmbedding vector = await embeddings.GenerateEmbeddingAsync(Question);
        OpenAIModelCollection models = await Client.GetOpenAIModelClient().GetModelsAsync();

        Assert.Equal(fixture.Small.Model.Shape.Width, vector.ToFloats().Length);
        Assert.Contains(models, model => model.Id == Model);
    }
}
