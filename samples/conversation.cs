// A conversation, each turn of which reads only what is new.   dotnet run samples/conversation.cs
// The model that ships inside only knows tales and nothing of conversations: give the GGUF file of one that does, and it answers.
#:project ../src/Sandglass/Sandglass.csproj
using Sandglass;
using Sandglass.Generation;
using Sandglass.Sampling;

using LanguageModel model = args is [string path] ? await LanguageModel.LoadAsync(path) : LanguageModel.LoadEmbedded();

GenerationOptions options = new() { MaxTokens = 40, Sampling = new SamplerOptions { Temperature = 0.7, Seed = 4 } };
Conversation talk = model.StartConversation("An old woman tells a child a tale.", options);

foreach (string said in (string[])["Who lives in the forest?", "And what did the fox say to the wolf?", "Did they come home again?"])
{
    Console.WriteLine($"> {said}");
    await using ConversationTurn turn = talk.SayAsync(said);
    await foreach (GeneratedToken token in turn)
        Console.Write(token.Text);
    GenerationResult result = await turn.Result;
    Console.WriteLine($"\n[{result.Finish}; {result.CachedTokens} of {result.PromptIds.Count} tokens were read before]");
}
