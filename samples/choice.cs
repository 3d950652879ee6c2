// Structured choice: the model answers with one of several given texts, a word or a JSON object, and can write nothing else.   dotnet run samples/choice.cs
#:project ../src/Sandglass/Sandglass.csproj
using System.Globalization;
using Sandglass;
using Sandglass.Generation;
using Sandglass.Sampling;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using LanguageModel model = args is [string path] ? LanguageModel.Load(path) : LanguageModel.LoadEmbedded();

// One of three answers. Each begins with a space, so that the prompt's tokens are the same whatever follows.
const string Question = "\"Will you marry the king's son?\" asked the old woman. The girl answered,";
string[] answers = [" yes", " no", " perhaps"];
await ShowAsync(Question, answers);
Console.WriteLine($"{Question}{await WriteOneOfAsync(Question, answers)}\n");

// A JSON object of a small shape: the texts that it allows are a list too, of 400. A model of six million parameters knows the form from here alone.
const string Tale = "The wolf ate two fat sheep. Who was eaten, and how many:";
string[] animals = ["wolf", "sheep", "goat", "dragon"];
string[] objects = [.. from animal in animals from count in Enumerable.Range(0, 100) select $$""" {"animal": "{{animal}}", "count": {{count}}}"""];
await ShowAsync(Tale + " {\"animal\":", [.. animals.Select(animal => $" \"{animal}\"")]);
Console.WriteLine($"{Tale}{await WriteOneOfAsync(Tale, objects)}");

// How likely each answer is: the product over its tokens, among all texts and among the given ones. The prompt is read once, then found in the cache.
async Task ShowAsync(string before, string[] texts)
{
    double[] logprobs = new double[texts.Length];
    int from = model.Tokenizer.Encode(before).Ids.Length - 1;
    for (int i = 0; i < texts.Length; i++)
        await foreach (TokenScore score in model.ScoreAsync(model.Tokenizer.Encode(before + texts[i]).Ids, new ScoreOptions { From = from }))
            logprobs[i] += score.Logprob;
    double all = logprobs.Sum(Math.Exp);
    for (int i = 0; i < texts.Length; i++) Console.WriteLine($"{texts[i],10}  log-probability {logprobs[i],6:F2}, of these {Math.Exp(logprobs[i]) / all,6:P1}");
}

// The loop of all text generation, with a mask between logits and choice: a token may follow where one of the texts goes on with it.
// The mask looks one token ahead, so it can begin what is less likely as a whole: here the sheep, above the wolf. Few texts are better chosen by their shares.
async Task<string> WriteOneOfAsync(string before, string[] texts)
{
    TokenSampler sampler = model.CreateSampler(SamplerOptions.Greedy);
    await using TokenSequence sequence = model.StartSequence();
    int[] next = model.Tokenizer.Encode(before).Ids;
    (string Text, int[] Ids)[] open = [.. texts.Select(text => (text, model.Tokenizer.Encode(before + text).Ids))];
    while (true)
    {
        ReadOnlyMemory<float> logits = await sequence.ReadAsync(next);
        sampler.Accept(next);
        int at = sequence.Length;
        float[] masked = new float[logits.Length];
        Array.Fill(masked, float.NegativeInfinity);     // never chosen, whatever the sampler's options
        foreach ((_, int[] ids) in open) masked[ids[at]] = logits.Span[ids[at]];
        next = [sampler.Choose(masked)];
        open = [.. open.Where(way => way.Ids[at] == next[0])];
        if (open is [var only] && only.Ids.Length == at + 1) return only.Text;       // no text begins another one, or the end would be a choice too
    }
}
