// What the cache saves, and what guessing ahead saves beside it: the same text each time, and its work counted.   dotnet run samples/saved-work.cs
#:project ../src/Sandglass/Sandglass.csproj
using System.Globalization;
using Sandglass;
using Sandglass.Generation;
using Sandglass.Sampling;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// How far ahead is guessed goes by what a guess costs, so by the clock. With one that stands still the counts are the same on any machine.
using LanguageModel model = LanguageModel.LoadEmbedded("grain-6m", new ModelOptions { Draft = "embedded:grain-1m", Time = new StandingClock() });
int[] prompt = model.Tokenizer.Encode("The three sons of the king went into the forest, and").Ids;
// The likeliest token always: a small model then runs in circles, and a text that repeats itself is easily guessed.
GenerationOptions plain = new() { MaxTokens = 80, ShareCache = false, Sampling = SamplerOptions.Greedy };

Console.WriteLine($"{"",-26}   steps  tokens read  multiply-adds  of them attention");
string with = await CountAsync("with the cache", plain);
string without = await CountAsync("without", plain with { NoCache = true });
string lookup = await CountAsync("guesses from the text", plain with { Draft = DraftKind.Lookup });
string draft = await CountAsync("guesses of a smaller model", plain with { Draft = DraftKind.Model });
Console.WriteLine($"{(with == without && with == lookup && with == draft ? "All four wrote the same" : "They differ")}: {with.Trim()}");

async Task<string> CountAsync(string name, GenerationOptions options)
{
    GenerationResult result = await model.CompleteAsync(prompt, options);
    int steps = result.CompletionTokens - (result.Speculation?.Accepted ?? 0);      // a guess that holds saves a step
    long read = result.LayerTokenPasses / model.Shape.Layers;                       // guesses that did not hold are among them
    string guesses = result.Speculation is { } guessed ? $"  ({guessed.Accepted} of {guessed.Drafted} guesses held)" : "";
    Console.WriteLine($"{name,-26} {steps,7} {read,12:N0} {result.MultiplyAdds.Total,14:N0} {result.MultiplyAdds.Attention,18:N0}{guesses}");
    return result.Text;
}

sealed class StandingClock : TimeProvider
{
    public override long GetTimestamp() => 1;
}
