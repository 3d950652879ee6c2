namespace Sandglass.Tokenization;

/// <summary>Tokens that part a conversation into turns: the control tokens, and those that some files call user-defined although only templates write
/// them.</summary>
internal static class TurnMarks
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "<start_of_turn>", "<end_of_turn>", "<turn|>", "<|turn>", "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[AVAILABLE_TOOLS]",
            "[/AVAILABLE_TOOLS]",
        "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "<bos>", "<eos>", "<s>", "</s>", "<SPECIAL_10>", "<SPECIAL_11>", "<SPECIAL_12>",
    };

    public static bool Is(Vocabulary vocabulary, int id)
    {
        if (vocabulary.Kinds[id] != TokenKind.UserDefined) return true;
        string text = vocabulary.Texts[id];
        return Known.Contains(text) || (text is ['<', '|' or '｜', _, .., '|' or '｜', '>']);
    }
}
