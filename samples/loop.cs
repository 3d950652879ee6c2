// The loop that all text generation is, on the library's parts: tokens in, logits out, one token chosen.   dotnet run samples/loop.cs
#:project ../src/Sandglass/Sandglass.csproj
using Sandglass;
using Sandglass.Generation;
using Sandglass.Sampling;

using LanguageModel model = args is [string path] ? LanguageModel.Load(path) : LanguageModel.LoadEmbedded();
const string Prompt = "Once upon a time";

// With the library's sampler this is the text that GenerateAsync writes with this seed.
TokenSampler sampler = model.CreateSampler(new SamplerOptions { Temperature = 0.7, Seed = 5 });
await using (TokenSequence text = model.StartSequence())                // what it has read stays in the cache
{
    Console.Write(Prompt);
    int[] next = model.Tokenizer.Encode(Prompt).Ids;
    while (text.Length < 64 && !model.Tokenizer.EndIds.Contains(next[^1]))
    {
        ReadOnlyMemory<float> logits = await text.ReadAsync(next);      // [vocabulary]: a score for each token that may come next
        sampler.Accept(next);                                           // what was read is fixed
        next = [sampler.Choose(logits.Span)];
        Console.Write(model.Tokenizer.Decode(next));
    }
}

// With a sampler of one's own: of the two likeliest tokens the longer one.
await using TokenSequence other = model.StartSequence();
Console.Write("\n\n" + Prompt);
for (int[] next = model.Tokenizer.Encode(Prompt).Ids; other.Length < 40;)
{
    ReadOnlyMemory<float> logits = await other.ReadAsync(next);
    IEnumerable<int> likeliest = Enumerable.Range(0, logits.Length).OrderByDescending(id => logits.Span[id]).Take(2);
    next = [likeliest.MaxBy(id => model.Tokenizer.Piece(id).Length)];
    Console.Write(model.Tokenizer.Decode(next));
}
Console.WriteLine();
