using Sandglass.Tokenization;

namespace Sandglass.Server;

/// <summary>Prompts as token ids, each checked against vocabulary and context.</summary>
internal static class PromptIds
{
    /// <summary>The ids of a text or of ids.</summary>
    /// <param name="prompt">What was given.</param>
    /// <param name="draft">By whose parameters a text is read.</param>
    /// <param name="name">The parameter that it comes from.</param>
    /// <exception cref="RequestException">It has no token, one that is none, or more than the context has positions.</exception>
    public static int[] Of(Prompt prompt, RequestDraft draft, string name)
    {
        LanguageModel model = draft.Served.Model;
        if (prompt.Ids is null) return Fitting(model.Tokenizer.Encode(prompt.Text!, draft.AddSpecialTokens, draft.ParseSpecial).Ids, model, name);
        Require(prompt.Ids, model.Tokenizer, name);
        return Fitting(prompt.Ids, model, name);
    }

    /// <exception cref="RequestException">An id is not in the vocabulary.</exception>
    public static void Require(int[] ids, Tokenizer tokenizer, string name)
    {
        foreach (int id in ids)
        {
            if (id >= tokenizer.VocabularySize) throw new RequestException(
                "id-out-of-range", $"{name}: expected ids from 0 to {tokenizer.VocabularySize - 1}, found {id}.", name);
        }
    }

    /// <exception cref="RequestException">There is no id, or there are more than the context holds; nothing is ever cut.</exception>
    public static int[] Fitting(int[] ids, LanguageModel model, string name)
    {
        if (ids.Length == 0) throw new RequestException(
            "prompt-empty", $"{name}: expected at least one token, found none (this model adds no begin token by itself).", name);
        return ids.Length <= model.Context
            ? ids
            : throw new RequestException(
                "prompt-too-long",
                $"This model's maximum context length is {model.Context} tokens, but {name} has {ids.Length} tokens. Shorten it: nothing is cut here.", name);
    }
}
