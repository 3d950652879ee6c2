using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Models;

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

#pragma warning disable OPENAI001 // Seed is in evaluation there
    private static ChatCompletionOptions Options => new() { MaxOutputTokenCount = 16, Seed = 7, IncludeLogProbabilities = true, TopLogProbabilityCount = 2 };
#pragma warning restore OPENAI001

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
