// An IChatClient agent with tools: the model chooses a C# function and its argument, Microsoft.Extensions.AI calls it.   dotnet run samples/tool.cs
#:project ../src/Sandglass.Extensions.AI/Sandglass.Extensions.AI.csproj
#:property PublishAot=false
#:package Microsoft.Extensions.AI
using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Sandglass;
using Sandglass.Extensions.AI;
using Sandglass.Generation;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using LanguageModel model = args is [string path] ? LanguageModel.Load(path) : LanguageModel.LoadEmbedded();
using IChatClient agent = model.AsIChatClient().AsBuilder()
    .UseFunctionInvocation()        // makes the call that an answer asks for, and asks again with its result
    .Use(inner => new ChoosingClient(inner, model))
    .Build();

ChatOptions options = new()
{
    Tools = [AIFunctionFactory.Create(Way, "way"), AIFunctionFactory.Create(Age, "age")],
    Temperature = 0.7f, Seed = 6, MaxOutputTokens = 24,
};
foreach (string asked in (string[])["How far is it to the castle?", "How far is it to the forest?", "Is the witch very old?"])
{
    Console.WriteLine($"> {asked}");
    Console.WriteLine(await agent.GetResponseAsync(asked, options));
}

[Description("the way to the")]
static string Way(Place place) => $"It is {place switch { Place.Castle => 12, Place.Village => 3, _ => 5 }} miles to the {Said(place)}.";

[Description("the age of the")]
static string Age(Person person) => $"The {Said(person)} is {(person == Person.Witch ? 300 : 41)} years old.";

static string Said(Enum value) => value.ToString().ToLowerInvariant();

enum Place { Castle, Village, Forest }

enum Person { King, Witch }

// A model trained for it writes its calls as text. The models that ship inside cannot; so all calls that the tools allow are put into words here, and the
// engine says how much likelier the question makes each: its probability after the question, against that without it. One call is always the likeliest, so this
// agent never says that none fits; and what the model writes after the result is a tale, as ever.
sealed class ChoosingClient(IChatClient inner, LanguageModel model) : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        List<ChatMessage> talk = [.. messages];
        string asked = talk.Last(message => message.Role == ChatRole.User).Text;
        if (talk[^1].Contents.OfType<FunctionResultContent>().FirstOrDefault() is { } result)
        {
            ChatOptions plain = options!.Clone();
            plain.Tools = null;
            ChatResponse tale = await base.GetResponseAsync([new ChatMessage(ChatRole.User, $"{asked} {result.Result}")], plain, cancellationToken);
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, $"{result.Result} {tale.Text.Trim()}"));
        }

        List<Call> calls = await CallsAsync(asked, options!.Tools!.OfType<AIFunction>());
        double all = calls.Sum(call => call.Weight);
        foreach (Call call in calls) Console.WriteLine($"{call.Tool.Name + $"({call.Value})",14} {call.Weight / all,7:P1}");
        Call best = calls.MaxBy(call => call.Weight)!;
        FunctionCallContent chosen = new("1", best.Tool.Name, new Dictionary<string, object?> { [best.Parameter] = best.Value });
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, [chosen]));
    }

    private async Task<List<Call>> CallsAsync(string asked, IEnumerable<AIFunction> tools)
    {
        const string Wish = "I want to know";
        List<Call> calls = [];
        foreach (AIFunction tool in tools)
        {
            JsonProperty parameter = tool.JsonSchema.GetProperty("properties").EnumerateObject().Single();
            foreach (string value in parameter.Value.GetProperty("enum").EnumerateArray().Select(value => value.GetString()!))
            {
                string words = $" {tool.Description} {value.ToLowerInvariant()}";
                double gain = await LogprobAsync($"{asked} {Wish}", words) - await LogprobAsync(Wish, words);
                calls.Add(new Call(tool, parameter.Name, value, Math.Exp(gain)));
            }
        }
        return calls;
    }

    private async Task<double> LogprobAsync(string before, string words)
    {
        ScoreOptions options = new() { From = model.Tokenizer.Encode(before).Ids.Length - 1 };
        double logprob = 0;
        await foreach (TokenScore score in model.ScoreAsync(model.Tokenizer.Encode(before + words).Ids, options)) logprob += score.Logprob;
        return logprob;
    }

    private sealed record Call(AIFunction Tool, string Parameter, string Value, double Weight);
}
