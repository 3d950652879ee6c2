namespace Sandglass.Tokenization;

/// <summary>The tokens that end a text or a turn. Files name one or two of them; the others are recognised by their text.</summary>
/// <remarks>
/// The lists and their exceptions are llama.cpp's. A token with such a text is a control token whatever the file says, so it is matched as one.
/// </remarks>
internal static class EndTokens
{
    private static readonly HashSet<string> Names =
    [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "<end_of_turn>", "<|endoftext|>", "</s>", "<|eom_id|>",
        "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>", "<end_of_utterance>", "<eos>", "<turn|>", "<|tool_response>", "<｜end▁of▁sentence｜>", "[e~[",
    ];

    // marks of fill-in-the-middle models; only the last three end a text
    private static readonly (string Key, string? OlderKey, bool Ends, string[] Names)[] FillMarks =
    [
        ("fim_pre", "prefix", false, ["<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", "▁<PRE>", "<|code_prefix|>", "<|prefix|>"]),
        ("fim_suf", "suffix", false, ["<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>", "▁<SUF>", "<|code_suffix|>", "<|suffix|>"]),
        ("fim_mid", "middle", false, ["<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>", "<|code_middle|>", "<|middle|>"]),
        ("fim_pad", null, true, ["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"]),
        ("fim_rep", null, true, ["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"]),
        ("fim_sep", null, true, ["<|file_sep|>"]),
    ];

    /// <summary>Finds the end tokens of a vocabulary; corrects the kind of a token where its text is more reliable than the file.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="named">The ids that the file names as end of text, turn or message.</param>
    public static HashSet<int> Find(Vocabulary vocabulary, params IEnumerable<int?> named)
    {
        HashSet<int> ends = [];
        foreach ((string key, string? olderKey, bool isEnd, string[] names) in FillMarks)
            if (FillMark(vocabulary, key, olderKey, names) is int mark && isEnd) ends.Add(mark);

        foreach (string name in Names)
        {
            if (vocabulary.Find(name) is not int id) continue;
            ends.Add(id);
            vocabulary.Kinds[id] = TokenKind.Control;
        }
        foreach (string name in (string[])["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"])
            if (vocabulary.Find(name) is int shown) vocabulary.Kinds[shown] = TokenKind.UserDefined;

        foreach (int? id in named)
            if (id is int end) ends.Add(end);

        // where other tokens end the turn, these two occur inside it
        bool Has(string name) => vocabulary.Find(name) is int id && ends.Contains(id);
        if ((Has("<|call|>") || Has("<|calls|>")) && (Has("<|return|>") || Has("<|flush|>"))) TakeOut("<|end|>", TokenKind.UserDefined);
        if (Has("<|tool_response>")) TakeOut("</s>", TokenKind.Normal);
        return ends;

        void TakeOut(string name, TokenKind kind)
        {
            if (vocabulary.Find(name) is int id && ends.Remove(id)) vocabulary.Kinds[id] = kind;
        }
    }

    private static int? FillMark(Vocabulary vocabulary, string key, string? olderKey, string[] names)
    {
        int? named = vocabulary.Id($"tokenizer.ggml.{key}_token_id");
        if (olderKey is not null) named = vocabulary.Id($"tokenizer.ggml.{olderKey}_token_id") ?? named;
        if (named is not null) return named;

        int? lowest = null;     // the lowest id where a vocabulary has several of the names
        foreach (string name in names)
            if (vocabulary.Find(name) is int id && !(lowest < id)) lowest = id;
        if (lowest is int found) vocabulary.Kinds[found] = TokenKind.Control;
        return lowest;
    }
}
