namespace Sandglass.Server;

/// <summary>What other engines and APIs call what is called otherwise here.</summary>
internal static class MeantNames
{
    private const string MaxTokens = "Here it is max_tokens.";

    private static readonly Dictionary<string, (ApiRoutes On, string Advice)> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["max_new_tokens"] = (ApiRoutes.Text, MaxTokens),           // transformers
        ["max_length"] = (ApiRoutes.Text, "Here it is max_tokens, and counts what is written alone."),
        ["num_predict"] = (ApiRoutes.Text, MaxTokens),              // Ollama
        ["max_output_tokens"] = (ApiRoutes.Text, MaxTokens),        // OpenAI's responses
        ["stop_sequences"] = (ApiRoutes.Text, "Here it is stop."),  // Anthropic
        ["random_seed"] = (ApiRoutes.Text, "Here it is seed."),     // Mistral
        ["num_return_sequences"] = (ApiRoutes.Text, "Here it is n."),
        ["num_beams"] = (ApiRoutes.Text, "Here it is beams."),
        ["do_sample"] = (ApiRoutes.Text, "Here a temperature of 0 takes the likeliest token, and any other draws."),
        ["system"] = (ApiRoutes.Chat, "Here it is the first of the messages, with the role system."),
        ["num_ctx"] = (ApiRoutes.Text, "The server has it for all requests: --context."),
        ["n_ctx"] = (ApiRoutes.Text, "The server has it for all requests: --context."),
    };

    /// <summary>A sentence; null where nothing is known of the name.</summary>
    public static string? Advice(string name, ApiRoutes route) =>
        ByName.TryGetValue(name, out (ApiRoutes On, string Advice) meant) && (meant.On & route) != 0 ? meant.Advice : null;

    /// <summary>The names.</summary>
    public static IEnumerable<string> All => ByName.Keys;
}
