using Sandglass.Chat;
using Sandglass.Tokenization;

namespace Sandglass.Server;

/// <summary>Prompts as token ids, each checked against vocabulary and context.</summary>
internal static class PromptIds
{
    /// <summary>The ids of a text or of ids.</summary>
    /// <param name="prompt">What was given.</param>
    /// <param name="draft">By whose parameters a text is read.</param>
    /// <param name="name">The parameter that it comes from.</param>
    /// <param name="cancellation">Ends long work.</param>
    /// <exception cref="RequestException">It has no token, one that is none, or more than the context has positions.</exception>
    public static int[] Of(Prompt prompt, RequestDraft draft, string name, CancellationToken cancellation)
    {
        LanguageModel model = draft.Served.Model;
        if (prompt.Text is string text) return Fitting(
            text, most => model.Tokenizer.EncodeWithin(text, null, most, draft.AddSpecialTokens, draft.ParseSpecial, cancellation), model, name);
        RequireFits(prompt.Ids!.Length, model, name);
        Require(prompt.Ids, model.Tokenizer, name);
        return prompt.Ids;
    }

    /// <summary>The ids of a conversation.</summary>
    /// <inheritdoc cref="Of(Prompt, RequestDraft, string, CancellationToken)"/>
    public static int[] Of(ChatPrompt prompt, RequestDraft draft, string name, CancellationToken cancellation)
    {
        LanguageModel model = draft.Served.Model;
        return Fitting(prompt.Text, most => prompt.EncodeWithin(model.Tokenizer, most, cancellation), model, name);
    }

    /// <summary>Encodes the text that the answer is expected to repeat, where one is given.</summary>
    /// <exception cref="RequestException">It is longer than any answer can be.</exception>
    public static void ReadPrediction(RequestDraft draft, CancellationToken cancellation)
    {
        if (draft.Prediction is not string text) return;
        LanguageModel model = draft.Served.Model;
        int most = Math.Max(model.Context, model.Shape.ContextLength);
        IdsWithin ids = model.Tokenizer.EncodeWithin(text, null, most, addBos: false, parseSpecial: false, cancellation);
        draft.PredictionIds = ids.Ids
            ?? throw new RequestException("limit-exceeded", $"prediction: expected at most {most} tokens, found at least {ids.Count}.", "prediction");
        draft.Prediction = "";      // it may be long, and is not needed any more
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

    /// <summary>Refuses a list of ids that is too long, before they are read.</summary>
    /// <exception cref="RequestException">There is no id, or there are more than the context holds; nothing is ever cut.</exception>
    public static void RequireFits(int count, LanguageModel model, string name)
    {
        if (count == 0) throw new RequestException(
            "prompt-empty", $"{name}: expected at least one token, found none (this model adds no begin token by itself).", name);
        if (count > model.Context) throw TooLong($"{count}", model, name);
    }

    /// <summary>
    /// A text is refused for its length alone where it cannot fit, before anything of it is encoded; and where it is far too long, before all of it is. One that
    /// is a little too long is encoded whole, so that its error tells by how much.
    /// </summary>
    private static int[] Fitting(string text, Func<int, IdsWithin> encode, LanguageModel model, string name)
    {
        long least = model.Tokenizer.LeastTokens(text);
        if (least > model.Context) throw TooLong($"at least {least}", model, name);
        IdsWithin ids = encode((int)Math.Min(2L * model.Context, int.MaxValue));
        if (ids.Ids is null) throw TooLong($"at least {ids.Count}", model, name);
        RequireFits(ids.Ids.Length, model, name);
        return ids.Ids;
    }

    private static RequestException TooLong(string tokens, LanguageModel model, string name) => new(
        "prompt-too-long",
        $"This model's maximum context length is {model.Context} tokens, but {name} has {tokens} tokens. Shorten it: nothing is cut here.", name);
}
