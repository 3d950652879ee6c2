using Sandglass.Tokenization;

namespace Sandglass.Cli;

/// <summary>What to know before a chat model continues a bare prompt.</summary>
internal static class ChatHint
{
    /// <summary>The hint, or null where none is called for: the model has no template, or the prompt has marks of one in it.</summary>
    public static string? For(Tokenizer tokenizer, Prompt prompt, ReadOnlySpan<int> ids)
    {
        if (!tokenizer.HasChatTemplate || prompt.Ids is not null) return null;
        for (int i = 0; i < ids.Length; i++)
        {
            bool begin = i == 0 && ids[0] == tokenizer.BosId;
            if (!begin && IsMark(tokenizer, ids[i])) return null;
        }
        return "Hint: this model was trained on conversations and has a chat template; a bare prompt is continued as plain text. For answers, talk with it: " +
            "sandglass chat.";
    }

    // user-defined tokens may be marks, or just runs of spaces that a vocabulary keeps whole
    private static bool IsMark(Tokenizer tokenizer, int id) =>
        tokenizer.Kind(id) == TokenKind.Control || (tokenizer.Kind(id) == TokenKind.UserDefined && tokenizer.Piece(id) is ['<' or '[', _, ..]);
}
