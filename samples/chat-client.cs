// A model as an IChatClient of Microsoft.Extensions.AI, whose answer is shown as it comes; and embeddings.   dotnet run samples/chat-client.cs
#:project ../src/Sandglass.Extensions.AI/Sandglass.Extensions.AI.csproj
using Microsoft.Extensions.AI;
using Sandglass;
using Sandglass.Extensions.AI;

using LanguageModel model = args is [string path] ? LanguageModel.Load(path) : LanguageModel.LoadEmbedded();
IChatClient client = model.AsIChatClient();

List<ChatMessage> talk = [new(ChatRole.User, "Tell me a tale of a fox and a crow.")];
ChatOptions options = new() { Temperature = 0.7f, Seed = 9, MaxOutputTokens = 60 };
List<ChatResponseUpdate> updates = [];
await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(talk, options))
{
    Console.Write(update.Text);     // as it comes
    updates.Add(update);
}
ChatResponse answer = updates.ToChatResponse();
Console.WriteLine($"\n[{answer.Usage!.OutputTokenCount} tokens, ended by {answer.FinishReason}]");

IEmbeddingGenerator<string, Embedding<float>> embeddings = model.AsIEmbeddingGenerator();
GeneratedEmbeddings<Embedding<float>> made = await embeddings.GenerateAsync(["The king had a daughter.", "The queen had a son.", "The soup is hot."]);
foreach (Embedding<float> other in made.Skip(1))
    Console.WriteLine($"{made[0].Vector.ToArray().Zip(other.Vector.ToArray(), (a, b) => a * b).Sum():F3}");
