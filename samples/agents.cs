// An agent of Microsoft.Agents.AI over a model in the same process.   dotnet run samples/agents.cs
#:project ../src/Sandglass.Extensions.AI/Sandglass.Extensions.AI.csproj
#:package Microsoft.Agents.AI
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Sandglass;
using Sandglass.Extensions.AI;

using LanguageModel model = args is [string path] ? LanguageModel.Load(path) : LanguageModel.LoadEmbedded();

ChatClientAgent teller = model.AsIChatClient().AsAIAgent(instructions: "You are an old woman who tells tales.", name: "Teller");
AgentSession session = await teller.CreateSessionAsync();      // remembers what was said
ChatClientAgentRunOptions options = new(new ChatOptions { Temperature = 0.7f, Seed = 6, MaxOutputTokens = 40 });

foreach (string said in (string[])["Who lives in the forest?", "And what does he eat?"])
{
    AgentResponse answer = await teller.RunAsync(said, session, options);
    Console.WriteLine($"> {said}\n{answer.Text.Trim()}\n[{answer.Usage!.CachedInputTokenCount} of {answer.Usage.InputTokenCount} tokens were read before]");
}
