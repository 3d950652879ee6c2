using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace Sandglass.Extensions.AI.Tests;

/// <summary>The client inside the frameworks that people use.</summary>
public sealed class FrameworkTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly ChatOptions Short = new() { Seed = 3, MaxOutputTokens = 12 };

    [Fact]
    public async Task Semantic_Kernel_talks_through_it()
    {
        IKernelBuilder builder = Kernel.CreateBuilder();
        builder.Services.AddSingleton<IChatClient>(grain.Model.AsIChatClient("tales"));
        Kernel kernel = builder.Build();
        IChatCompletionService chat = kernel.GetRequiredService<IChatClient>().AsChatCompletionService();
        PromptExecutionSettings settings = new()
        {
            ExtensionData = new Dictionary<string, object>
            {
                ["seed"] = 3L,
                ["max_tokens"] = 12,
                ["temperature"] = 0.8
            }
        };
        ChatHistory history = new("Tell tales.");
        history.AddUserMessage("A fox?");

        ChatMessageContent answer = await chat.GetChatMessageContentAsync(history, settings, kernel);
        string streamed = string.Concat(await chat.GetStreamingChatMessageContentsAsync(history, settings, kernel).Select(piece => piece.Content)
            .ToListAsync());
        FunctionResult prompted = await kernel.InvokePromptAsync("A fox?", new KernelArguments(settings));

        ChatResponse expected = await grain.Model.AsIChatClient().GetResponseAsync([new(ChatRole.System, "Tell tales."), new(ChatRole.User, "A fox?")], Short);
        Assert.Equal((expected.Text, expected.Text), (answer.Content, streamed));
        Assert.Equal((await grain.Model.AsIChatClient().GetResponseAsync("A fox?", Short)).Text, prompted.GetValue<string>());
    }

    [Fact]
    public async Task An_agent_talks_through_it_and_remembers()
    {
        ChatClientAgent agent = grain.Model.AsIChatClient().AsAIAgent(instructions: "Tell tales.", name: "Teller");
        AgentSession session = await agent.CreateSessionAsync();
        ChatClientAgentRunOptions options = new(Short);

        AgentResponse first = await agent.RunAsync("A fox?", session, options), second = await agent.RunAsync("And?", session, options);

        IChatClient client = grain.Model.AsIChatClient();
        List<ChatMessage> talk = [new(ChatRole.System, "Tell tales."), new(ChatRole.User, "A fox?")];
        ChatResponse expected = await client.GetResponseAsync(talk, Short);
        talk.AddRange([.. expected.Messages, new ChatMessage(ChatRole.User, "And?")]);
        Assert.Equal((expected.Text, (await client.GetResponseAsync(talk, Short)).Text), (first.Text, second.Text));
        Assert.Equal(12, first.Usage!.OutputTokenCount);
    }
}
