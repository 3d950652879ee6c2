// A tale told in turns: its ids are kept, and each turn reads only what is new.   dotnet run samples/turns.cs
#:project ../src/Sandglass/Sandglass.csproj
using Sandglass;
using Sandglass.Generation;
using Sandglass.Sampling;

using LanguageModel model = LanguageModel.LoadEmbedded();

GenerationOptions options = new() { MaxTokens = 40, Stop = ["."], Sampling = new SamplerOptions { Temperature = 0.7, Seed = 2 } };
const string Beginning = "Once upon a time there was a fox.";
List<int> ids = [.. model.Tokenizer.Encode(Beginning).Ids];
string[] said = [" One day the fox met a wolf. The wolf said", " But the fox", " At last the two"];

Console.WriteLine(Beginning);
foreach (string turn in said)
{
    ids.AddRange(model.Tokenizer.Encode(turn, addBos: false, parseSpecial: false).Ids);    // what a user types is text, whatever it looks like
    Console.Write(turn);

    await using TextGeneration answer = model.GenerateAsync(ids, options);
    await foreach (GeneratedToken token in answer)
    {
        Console.Write(token.Text);
        if (!model.Tokenizer.EndIds.Contains(token.Id)) ids.Add(token.Id);
    }
    GenerationResult result = await answer.Result;
    Console.WriteLine($". [{result.PromptIds.Count} tokens before, {result.CachedTokens} of them in the cache]");
}
