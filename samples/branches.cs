// One text, taken two ways: on from a token where it was torn, and the likeliest token against the likeliest text.   dotnet run samples/branches.cs
#:project ../src/Sandglass/Sandglass.csproj
using System.Globalization;
using Sandglass;
using Sandglass.Generation;
using Sandglass.Sampling;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using LanguageModel model = LanguageModel.LoadEmbedded();
GenerationOptions options = new() { MaxTokens = 32, Logprobs = 2, Sampling = new SamplerOptions { Temperature = 0.7, Seed = 5 } };

// Branching. A draw depends on the seed and the position alone, so both branches have the same draws: only the one token differs.
List<int> ids = [.. model.Tokenizer.Encode("Once upon a time there was a king").Ids];
List<GeneratedToken> tokens = [];
await foreach (GeneratedToken token in model.GenerateAsync(ids, options)) tokens.Add(token);
GeneratedToken fork = tokens.Skip(3).MinBy(token => token.Top[0].Logprob - token.Top[1].Logprob)!;       // the two likeliest were nearly the same
ids.AddRange(tokens.Take(fork.Index).Select(token => token.Id));
Console.WriteLine(model.Tokenizer.Decode([.. ids]));
foreach (TokenLogprob way in fork.Top)
{
    GenerationResult branch = await model.CompleteAsync([.. ids, way.Id], options);
    Console.WriteLine($"{Math.Exp(way.Logprob),6:P1} {model.Tokenizer.Decode([way.Id])}|{branch.Text}");
}

// Beams. The likeliest token each time does not give the likeliest text: a search that keeps eight beginnings finds a likelier one.
const string Prompt = "The king said to his daughter,";
GenerationOptions brief = new() { MaxTokens = 24, Sampling = SamplerOptions.Greedy };
float greedy = 0;
Console.Write($"\n{Prompt}\n  greedy: ");
await foreach (GeneratedToken token in model.GenerateAsync(Prompt, brief))
{
    Console.Write(token.Text);
    greedy += token.Logprob;
}
Console.WriteLine($"  [log-probability {greedy:F2}]");
GenerationResult search = await model.CompleteAsync(Prompt, brief with { Beams = new BeamOptions { Beams = 8, LengthPenalty = 0 } });
foreach (BeamResult beam in search.Beams!.Take(3)) Console.WriteLine($"  beam:   {beam.Text.ReplaceLineEndings(" ")}  [log-probability {beam.Score:F2}]");
