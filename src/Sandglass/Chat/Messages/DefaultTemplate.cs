using Sandglass.ModelFiles;

namespace Sandglass.Chat;

/// <summary>What stands in for the template of a model that has none.</summary>
internal static class DefaultTemplate
{
    private const string Marked = """
        {%- for message in messages %}{{ '<|im_start|>' + message.role + '\n' + (message.content or '') + '<|im_end|>\n' }}{% endfor %}
        {%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}
        """;

    private const string Plain = """
        {%- for message in messages %}
            {%- if message.role == 'system' %}{{ message.content + '\n\n' }}
            {%- else %}{{ (message.role | capitalize) + ':' + (' ' if (message.content or '')[:1] | trim else '') + (message.content or '') + '\n\n' }}
            {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}
        """;

    /// <summary>A template that writes only tokens of the vocabulary, a sentence that says so, and texts that end an answer where no token does.</summary>
    public static (string Source, string Hint, IReadOnlyList<string> Ends) For(Metadata metadata)
    {
        string[] tokens = metadata.Values.GetValueOrDefault("tokenizer.ggml.tokens") as string[] ?? [];
        return Array.IndexOf(tokens, "<|im_start|>") >= 0 && Array.IndexOf(tokens, "<|im_end|>") >= 0
            ? (Marked, "The model file has no chat template; messages are written with its tokens <|im_start|> and <|im_end|> (ChatML).", [])
            : (Plain, "The model file has no chat template and was perhaps never trained on conversations; "
                + "messages are written as plain lines, User: and Assistant:.",
                ["\n\nUser:", "\nUser:"]);
    }
}
