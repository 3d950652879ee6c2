using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>Which parameters need or exclude each other. What the engine itself refuses is left to it.</summary>
internal static class RequestRules
{
    /// <exception cref="RequestException">Two parameters contradict each other, or one does nothing without another.</exception>
    public static void Check(RequestDraft draft)
    {
        Needs(draft, "stream_options", "stream", draft.Stream, "true");
        Needs(draft, "top_logprobs", "logprobs", draft.Logprobs || draft.TopLogprobs == 0, "true");
        NeedsBeams(draft, draft.BeamOptions, new BeamOptions());
        Needs(draft, "loop_repeats", "loop_ngram", draft.LoopNgram > 0, "a number from 1");
        Excludes(draft.ContinueFinalMessage && draft.AddGenerationPrompt && draft.Has("add_generation_prompt"), "continue_final_message",
            "no add_generation_prompt beside it");
        Excludes(draft.Prediction is not null && draft.Draft == DraftKind.None, "prediction",
            "no draft \"none\" beside it: a prediction is where drafts come from");
        Excludes(draft.Prediction is not null && draft.Draft == DraftKind.Model, "prediction", "draft \"lookup\" beside it: another model does not read it");
        Excludes(draft.Draft == DraftKind.Model && draft.Served.Model.Options.Draft is null, "draft",
            "none or lookup: this server was started without a smaller model");
        CheckBestOf(draft);
        if (draft.Route == ApiRoutes.Trace) CheckTrace(draft);
        if (draft.Beams is int beams) CheckBeams(draft, beams);
        int texts = (draft.BestOf ?? draft.Samples) * Math.Max(1, draft.Prompts.Count);
        if (texts > draft.Limits.Choices) throw new RequestException(
            "limit-exceeded",
            $"{(draft.BestOf is null ? "n" : "best_of")}: expected at most {draft.Limits.Choices} texts together, found {texts}: that many for each prompt.",
            draft.BestOf is null ? "n" : "best_of");
    }

    private static void CheckBestOf(RequestDraft draft)
    {
        if (draft.BestOf is not int best) return;
        Excludes(best < draft.Samples, "best_of", $"a whole number from n, {draft.Samples}");
        Excludes(best > draft.Samples && draft.Stream, "best_of", "no stream beside it: which are the best shows at the end");
        Excludes(draft.Beams is not null, "best_of", "no beams beside it: n says how many of theirs are answered");
    }

    private static void CheckTrace(RequestDraft draft)
    {
        if (!draft.Has("prompt") && !draft.Has("messages")) throw new RequestException(
            "parameter-missing", "prompt: expected a text to continue or its ids, or messages to answer, found neither.", "prompt");
        Excludes(draft.Has("prompt") && draft.Has("messages"), "messages", "no prompt beside it: a trace is of one text");
        Excludes(draft.Prompts.Count > 1, "prompt", "one text, or its ids: a trace is of one text");
        foreach (Parameter row in PromptParameters.All)
        {
            if (row.On.HasFlag(ApiRoutes.Chat)) Needs(draft, row.Name, "messages", draft.IsChat, "a conversation");
            else Needs(draft, row.Name, "prompt", !draft.IsChat, "a text");
        }
        Excludes(draft.Beams is not null && !IsUsual(draft.Watched), "trace", "nothing of tokens beside beams: their steps tell of all that was weighed");
        Excludes(draft.Beams is not null && draft.HashLogits, "hash_logits", "none beside beams: a step of theirs is of many texts");
    }

    private static bool IsUsual(TraceOptions watched)
    {
        TraceOptions usual = new();
        return watched is { Asked.Count: 0, Heads.Count: 0, Logits: false } && watched.Candidates == usual.Candidates && watched.Attention == usual.Attention;
    }

    private static void CheckBeams(RequestDraft draft, int beams)
    {
        if (!draft.Has("n") && draft.Route != ApiRoutes.Trace) draft.Samples = beams;
        Excludes(draft.Samples > beams, "n", $"a whole number from 1 to beams, {beams}");
        Excludes((draft.Logprobs || draft.HashLogits) && draft.Samples > 1, draft.Logprobs ? "logprobs" : "hash_logits",
            "n 1 beside beams: only the best one's are told");
        foreach (Parameter row in SamplingParameters.All)
        {
            if (row.IsOfDraw && draft.Has(row.Name) && !SamplingDefaults.IsNeutral(row.Property!, draft.Sampling)) throw new RequestException(
                "parameter-mix", $"{row.Name}: expected none beside beams, which draw no token.", row.Name);
        }
        draft.Sampling = SamplingDefaults.WithoutDraw(draft.Sampling);      // the file's hints neither
    }

    private static void Needs(RequestDraft draft, string name, string other, bool isMet, string value)
    {
        if (draft.Has(name) && !isMet) throw new RequestException("parameter-mix", $"{name} does nothing alone: expected {other} with it, {value}.", name);
    }

    // at its usual value each of them changes nothing
    private static void NeedsBeams(RequestDraft draft, BeamOptions given, BeamOptions usual)
    {
        if (draft.Beams is not null) return;
        const string Value = "a number";
        Needs(draft, "length_penalty", "beams", given.LengthPenalty == usual.LengthPenalty, Value);
        Needs(draft, "early_stopping", "beams", given.EarlyStopping == usual.EarlyStopping, Value);
        Needs(draft, "beam_groups", "beams", given.Groups == usual.Groups, Value);
        Needs(draft, "diversity_penalty", "beams", given.DiversityPenalty == usual.DiversityPenalty, Value);
    }

    private static void Excludes(bool isWrong, string name, string expected)
    {
        if (isWrong) throw new RequestException("parameter-mix", $"{name}: expected {expected}.", name);
    }
}
