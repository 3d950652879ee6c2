// What a model takes in memory, and how many users fit: planned from its description, then compared with what the engine took.   dotnet run samples/memory.cs
// One's own: dotnet run samples/memory.cs MODEL.gguf 16     (a GGUF file, a config.json, or a name as llama-3.1-8b; and gigabytes)
#:project ../src/Sandglass/Sandglass.csproj
using System.Globalization;
using Sandglass;
using Sandglass.Generation;
using Sandglass.Planning;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
PlannedModel model = PlannedModel.Open(args.Length > 0 ? args[0] : "embedded:grain-6m");
long memory = args.Length > 1 ? (long)(double.Parse(args[1]) * 1e9) : 1_000_000_000;

MemoryPlan one = MemoryPlan.For(model), two = MemoryPlan.For(model, new MemoryOptions { Users = 2 });
long perUser = two.CacheBytes - one.CacheBytes;
Console.WriteLine($"weights ({one.WeightType})        {one.WeightBytes,13:N0} bytes");
Console.WriteLine($"activations           {one.ActivationBytes,13:N0} bytes");
Console.WriteLine($"cache of one token    {one.CacheBytesPerToken,13:N0} bytes: keys and values of {model.Shape.Layers.Count} layers");
Console.WriteLine($"cache of one user     {perUser,13:N0} bytes: {one.Context} tokens, all that the model was trained for");
Console.WriteLine($"users in {memory / 1e9:0.#} GB         {Math.Max(0, (memory - one.WeightBytes - one.ActivationBytes) / perUser),13:N0}");

if (args.Length > 0) return;
using LanguageModel loaded = LanguageModel.LoadEmbedded("grain-6m");
int[] prompt = loaded.Tokenizer.Encode("Once upon a time").Ids;
GenerationOptions options = new() { MaxTokens = 101 - prompt.Length, IgnoreEnd = true };        // the last token is only chosen, never read
GenerationResult text = await loaded.CompleteAsync(prompt, options);
long planned = MemoryPlan.For(model, new MemoryOptions { Context = 100 }).CacheBytes;
Console.WriteLine($"a text of 100 tokens took {text.CacheBytes:N0} bytes of cache; planned were {planned:N0}: whole pages of 32 tokens");
