// What each way to store keys and values costs in truth, and takes of memory; the table of docs/kv-cache.md.
// dotnet run -c Release bench/cache-types.cs MODEL.gguf FIDELITY.json TEXT-FILE [CHUNKS [TOKENS]]     truth and memory, computed exactly
// dotnet run -c Release bench/cache-types.cs MODEL.gguf speed [DEPTH [ROUNDS]]                        decode at a depth, by turns, against F16
#:project ../src/Sandglass/Sandglass.csproj
#:property PublishAot=false
using System.Text.Json;
using Sandglass;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Sampling;

CacheTypes[] types = [CacheType.F32, CacheType.F16, CacheType.Q8, new(CacheType.Q8, CacheType.Q4), CacheType.Q4];
if (args.Length is 2 or 3 or 4 && args[1] == "speed") return await Speed(args[0], args.Length > 2 ? int.Parse(args[2]) : 4096, args.Length > 3 ? int.Parse(args[3]) : 30);
if (args.Length is < 3 or > 5)
{
    Console.Error.WriteLine("usage: dotnet run -c Release bench/cache-types.cs MODEL.gguf (FIDELITY.json TEXT-FILE [CHUNKS [TOKENS]] | speed [DEPTH [ROUNDS]])");
    return 2;
}
int chunks = args.Length > 3 ? int.Parse(args[3]) : 10, tokens = args.Length > 4 ? int.Parse(args[4]) : 200;
JsonElement[] records = [.. JsonDocument.Parse(File.ReadAllText(args[1])).RootElement.GetProperty("records").EnumerateArray()];
byte[] text = File.ReadAllBytes(args[2]);
const int Prompts = 20, PromptTokens = 48;

int[][]? expected = null;
Console.WriteLine("| cache | deviation | likeliest equal | perplexity | greedy: equal texts, tokens before they part | bytes a token, decode from 480 to 512 |");
foreach (CacheTypes type in types)
{
    using LanguageModel model = LanguageModel.Load(args[0], new ModelOptions { CacheType = type, Compute = ComputeMode.Exact });

    List<string> deviations = [], likeliest = [];
    foreach (JsonElement record in records)
    {
        int[] ids = [.. record.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
        double squares = 0;
        int equal = 0, scored = 0;
        await foreach (TokenScore score in model.ScoreAsync(ids, new ScoreOptions { Logprobs = 1 }))
        {
            squares += Math.Pow(score.Logprob - record.GetProperty("nextLogprob")[score.Index].GetDouble(), 2);
            if (score.Top[0].Id == record.GetProperty("top1")[score.Index].GetInt32()) equal++;
            scored++;
        }
        deviations.Add($"{Math.Sqrt(squares / scored):F4}");
        likeliest.Add($"{100.0 * equal / scored:F1} %");
    }

    double perplexity = (await Perplexity.MeasureAsync(model, text, chunks: chunks)).Perplexity;

    // the beginnings of paragraphs that are far apart in the text
    int[] all = model.Tokenizer.Encode(text.AsSpan(0, Math.Min(text.Length, 400_000)), parseSpecial: false).Ids;
    GenerationOptions greedy = new() { Sampling = SamplerOptions.Greedy, MaxTokens = tokens, IgnoreEnd = true };
    int[][] written = await Task.WhenAll(Enumerable.Range(0, Prompts).Select(async i =>
    {
        List<int> ids = [];
        await foreach (GeneratedToken token in model.GenerateAsync(all.AsSpan(i * (all.Length / Prompts), PromptTokens).ToArray(), greedy)) ids.Add(token.Id);
        return ids.ToArray();
    }));
    expected ??= written;
    int same = 0;
    double shared = 0;
    for (int i = 0; i < Prompts; i++)
    {
        int common = expected[i].AsSpan().CommonPrefixLength(written[i]);
        if (common == tokens) same++;
        shared += common / (double)Prompts;
    }

    GenerationResult full = await model.GenerateAsync(all[..480], greedy with { MaxTokens = 33, ShareCache = false }).Result;
    Console.WriteLine($"| {type} | {string.Join(", ", deviations)} | {string.Join(", ", likeliest)} | {perplexity:F4} | {same} of {Prompts}, {shared:F0} of {tokens} | {full.CacheBytes / 512.0:F0} |");
}
return 0;

// The long prompt is read once by each model; afterwards its pages are found again, so that a turn is 32 tokens and little else.
async Task<int> Speed(string file, int depth, int rounds)
{
    LanguageModel[] models = [.. types.Select(type => LanguageModel.Load(file, new ModelOptions { CacheType = type }))];
    int[] prompt = [.. Enumerable.Range(1, depth).Select(i => (int)(i * 7919L % models[0].Tokenizer.VocabularySize))];
    GenerationOptions greedy = new() { Sampling = SamplerOptions.Greedy, MaxTokens = 33, IgnoreEnd = true };
    double[][] rates = [.. types.Select(_ => new double[rounds])];
    for (int round = -1; round < rounds; round++)
    {
        for (int i = 0; i < models.Length; i++)
        {
            double rate = (await models[i].GenerateAsync(prompt, greedy).Result).DecodeTokensPerSecond;
            if (round >= 0) rates[i][round] = rate;
        }
    }
    int half = Array.IndexOf(types, (CacheTypes)CacheType.F16);
    Console.WriteLine($"| cache | tokens a second at depth {depth}, median of {rounds} turns | median ratio to F16's turn, middle half |");
    for (int i = 0; i < types.Length; i++)
    {
        double[] ratios = [.. rates[i].Zip(rates[half], (one, other) => one / other).Order()];
        Console.WriteLine($"| {types[i]} | {rates[i].Order().ElementAt(rounds / 2):F1} | {ratios[rounds / 2]:F2}, {ratios[rounds / 4]:F2} to {ratios[rounds * 3 / 4]:F2} |");
    }
    foreach (LanguageModel model in models) model.Dispose();
    return 0;
}
