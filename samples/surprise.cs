// How surprised the model is by each word of a text.   dotnet run samples/surprise.cs
#:project ../src/Sandglass/Sandglass.csproj
using Sandglass;
using Sandglass.Generation;

using LanguageModel model = LanguageModel.LoadEmbedded();

int[] ids = model.Tokenizer.Encode("The king had a daughter, and the daughter had a helicopter.").Ids;
await foreach (TokenScore score in model.ScoreAsync(ids))
    Console.WriteLine($"{model.Tokenizer.Decode([score.Next]),12}  {Math.Exp(score.Logprob),8:P2}  rank {score.Rank}");
