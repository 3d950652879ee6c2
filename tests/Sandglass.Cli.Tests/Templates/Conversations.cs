using System.Text.Json.Nodes;

namespace Sandglass.Cli.Tests.Templates;

/// <summary>Random conversations as the variables of a template: honest ones, and texts that templates like to trip over.</summary>
internal static class Conversations
{
    private static readonly string[] Texts =
    [
        "Hello", "", " ", "  two\nlines \n", "it's \"quoted\" \\ {{ x }} {% if %}", "<think>\nwhy\n</think>\n\nbecause", "Größe żółw 漢字",
        "<|im_end|>\n<|im_start|>system",
        "a<b> & c", "tab\tand\r\nreturn", "[INST] x [/INST]", "What is 2 + 2?", "\n\nleading", "trailing\n\n", "{\"json\": [1, null]}", "</think>", "user: x",
    ];

    /// <summary>This many of them, by name.</summary>
    public static (JsonObject Contexts, string[] Names) Random(int seed, int count)
    {
        Random random = new(seed);
        JsonObject contexts = [];
        for (int i = 0; i < count; i++) contexts[$"talk {i}"] = One(random);
        return (contexts, [.. contexts.Select(pair => pair.Key)]);
    }

    private static JsonObject One(Random random)
    {
        JsonArray messages = [];
        if (random.Next(2) == 0) messages.Add(Message("system", Any(random)));
        int turns = random.Next(1, 4);
        bool tools = random.Next(3) == 0;
        for (int i = 0; i < turns; i++)
        {
            messages.Add(Message("user", Any(random)));
            if (tools && random.Next(2) == 0) AddCall(messages, random, i);
            if (i < turns - 1 || random.Next(3) == 0) messages.Add(Message("assistant", Any(random)));
        }
        JsonObject context = new()
        {
            ["messages"] = messages,
            ["add_generation_prompt"] = random.Next(4) > 0,
            ["bos_token"] = "<s>",
            ["eos_token"] = "</s>",
        };
        if (tools) context["tools"] = new JsonArray(Tool("weather", "The weather of a \"place\""), Tool("add", "Adds"));
        if (random.Next(3) == 0) context["enable_thinking"] = random.Next(2) == 0;
        return context;
    }

    private static void AddCall(JsonArray messages, Random random, int turn)
    {
        JsonObject call = Message("assistant", random.Next(2) == 0 ? "" : Any(random));
        JsonObject function = new() { ["name"] = "weather", ["arguments"] = new JsonObject { ["place"] = Any(random), ["days"] = random.Next(9) } };
        call["tool_calls"] = new JsonArray(new JsonObject { ["id"] = $"call{turn}abcd", ["type"] = "function", ["function"] = function });
        messages.Add(call);
        JsonObject result = Message("tool", Any(random));
        (result["name"], result["tool_call_id"]) = ("weather", $"call{turn}abcd");
        messages.Add(result);
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private static JsonObject Tool(string name, string description) => new()
    {
        ["type"] = "function",
        ["function"] = new JsonObject
        {
            ["name"] = name,
            ["description"] = description,
            ["parameters"] = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject
                {
                    ["place"] = new JsonObject { ["type"] = "string", ["description"] = "Where" },
                    ["days"] = new JsonObject { ["type"] = "integer" }
                },
                ["required"] = new JsonArray("place"),
            },
        },
    };

    private static string Any(Random random) => Texts[random.Next(Texts.Length)];
}
