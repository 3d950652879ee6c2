// Writes a tale with the model that ships inside.   dotnet run samples/tale.cs
#:project ../src/Sandglass/Sandglass.csproj
using Sandglass;
using Sandglass.Generation;
using Sandglass.Sampling;

using LanguageModel model = LanguageModel.LoadEmbedded();

GenerationOptions options = new() { MaxTokens = 60, Sampling = new SamplerOptions { Temperature = 0.7, Seed = 5 } };
TextGeneration tale = model.GenerateAsync("Once upon a time", options);

Console.Write("Once upon a time");
await foreach (GeneratedToken token in tale)
    Console.Write(token.Text);

GenerationResult result = await tale.Result;
Console.WriteLine();
Console.WriteLine($"[{result.CompletionTokens} tokens, ended by {result.Finish}, seed {result.Seed}]");
