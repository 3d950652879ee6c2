using Sandglass.Generation;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Server;

/// <summary>A request as the engine's options.</summary>
internal static class EngineOptions
{
    private const int DefaultCompletion = 16;       // OpenAI's, of /v1/completions

    /// <summary>The options of all texts of a request.</summary>
    /// <param name="draft">Checked.</param>
    /// <param name="caller">Whose it is.</param>
    /// <param name="seed">Of the first text.</param>
    public static GenerationOptions Of(RequestDraft draft, Caller caller, ulong seed)
    {
        SamplerOptions sampling = SamplingDefaults.Beside(draft) with { Seed = seed, Given = GivenProperties(draft) };
        (IReadOnlyList<int>? ends, sampling) = Ends(draft, sampling);
        return new GenerationOptions
        {
            Sampling = sampling,
            Beams = draft.Beams is int beams ? draft.BeamOptions with { Beams = beams } : null,
            MaxTokens = draft.MaxTokens ?? (draft.IsChat ? null : DefaultCompletion),
            MinTokens = draft.MinTokens,
            Stop = draft.IsChat ? [.. draft.Stop, .. draft.Served.Model.ChatTemplate.Ends] : draft.Stop,
            EndIds = ends,
            IgnoreEnd = draft.IgnoreEos && draft.StopIds.Length == 0,
            Logprobs = draft.TopLogprobs,
            HashLogits = draft.HashLogits,
            Explain = draft.Explain,
            Draft = draft.Draft ?? DraftKind.None,
            Prediction = draft.PredictionIds,
            NoCache = draft.NoCache,
            Priority = caller.PriorityOf(draft.Priority),
            Tenant = caller.Tenant,
            StartWithin = draft.StartWithin is double wait ? TimeSpan.FromSeconds(wait) : null,
            ShareCache = draft.CachePrompt,
            CacheSalt = Salt(caller, draft.CacheSalt),
            LoopNgram = draft.LoopNgram,
            LoopRepeats = draft.LoopRepeats ?? new GenerationOptions().LoopRepeats,
        };
    }

    /// <summary>The prefix cache is shared by those of one scope and salt.</summary>
    public static string? Salt(Caller caller, string? salt) =>
        caller.CacheScope.Length == 0 && salt is null ? null : $"{caller.CacheScope.Length}:{caller.CacheScope}{salt}";

    private static string[] GivenProperties(RequestDraft draft) =>
        [.. SamplingParameters.All.Where(row => draft.Has(row.Name) && !(draft.Beams is not null && row.IsOfDraw)).Select(row => row.Property!)];

    /// <summary>The ids that end the text. An end of the model's own that is to be ignored is never chosen.</summary>
    private static (IReadOnlyList<int>? Ends, SamplerOptions Sampling) Ends(RequestDraft draft, SamplerOptions sampling)
    {
        Tokenizer tokenizer = draft.Served.Model.Tokenizer;
        if (draft.StopIds.Length == 0) return (null, sampling);
        if (!draft.IgnoreEos) return ([.. tokenizer.EndIds.Union(draft.StopIds)], sampling);
        return (draft.StopIds, sampling with { BannedIds = [.. (sampling.BannedIds ?? []).Union(tokenizer.EndIds.Except(draft.StopIds))] });
    }
}
