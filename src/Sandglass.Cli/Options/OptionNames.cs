using System.Collections.Frozen;
using Sandglass.Generation;
using Sandglass.Planning;
using Sandglass.Sampling;

namespace Sandglass.Cli;

/// <summary>The tool's names for what the library calls by properties and parameters: the only place where the two meet.</summary>
internal static class OptionNames
{
    private static readonly (string Property, string Option)[] Table =
    [
        (nameof(ModelOptions.Threads), "--threads"),
        (nameof(ModelOptions.Context), "--context"),
        (nameof(ModelOptions.Compute), "--compute"),
        (nameof(ModelOptions.CacheType), "--cache-type"),
        (nameof(ModelOptions.CacheMemory), "--cache-memory"),
        (nameof(ModelOptions.Window), "--window"),
        (nameof(ModelOptions.SinkTokens), "--sinks"),
        (nameof(ModelOptions.Draft), "--draft"),
        (nameof(ModelOptions.MaxBatch), "--max-batch"),
        (nameof(ModelOptions.MaxBatchTokens), "--max-batch-tokens"),
        (nameof(ModelOptions.MaxQueue), "--max-queue"),
        (nameof(ModelOptions.MaxQueueTokens), "--max-queue-tokens"),

        (nameof(GenerationOptions.MaxTokens), "--max-tokens"),
        (nameof(GenerationOptions.MinTokens), "--min-tokens"),
        (nameof(GenerationOptions.Stop), "--stop"),
        (nameof(GenerationOptions.EndIds), "--eos-ids"),
        (nameof(GenerationOptions.IgnoreEnd), "--ignore-eos"),
        (nameof(GenerationOptions.AddBos), "--no-bos"),
        (nameof(GenerationOptions.ParseSpecial), "--no-special"),
        (nameof(GenerationOptions.Explain), "--explain"),
        (nameof(GenerationOptions.Logprobs), "--logprobs"),
        (nameof(GenerationOptions.HashLogits), "--hash-logits"),
        (nameof(GenerationOptions.DraftRejection), "--draft-rejection"),
        (nameof(GenerationOptions.NoCache), "--no-cache"),
        (nameof(GenerationOptions.PrefillChunk), "--prefill-chunk"),
        (nameof(GenerationOptions.TimeLimit), "--time-limit"),
        (nameof(GenerationOptions.LoopNgram), "--loop-ngram"),
        (nameof(GenerationOptions.LoopRepeats), "--loop-repeats"),

        (nameof(BeamOptions.Beams), "--beams"),
        (nameof(BeamOptions.LengthPenalty), "--length-penalty"),
        (nameof(BeamOptions.EarlyStopping), "--early-stopping"),
        (nameof(BeamOptions.Groups), "--beam-groups"),
        (nameof(BeamOptions.DiversityPenalty), "--diversity-penalty"),

        (nameof(SamplerOptions.Samplers), "--samplers"),
        (nameof(SamplerOptions.Temperature), "--temperature"),
        (nameof(SamplerOptions.DynatempRange), "--dynatemp-range"),
        (nameof(SamplerOptions.DynatempExponent), "--dynatemp-exponent"),
        (nameof(SamplerOptions.TopK), "--top-k"),
        (nameof(SamplerOptions.TopP), "--top-p"),
        (nameof(SamplerOptions.MinP), "--min-p"),
        (nameof(SamplerOptions.TypicalP), "--typical-p"),
        (nameof(SamplerOptions.TopNSigma), "--top-n-sigma"),
        (nameof(SamplerOptions.XtcProbability), "--xtc-probability"),
        (nameof(SamplerOptions.XtcThreshold), "--xtc-threshold"),
        (nameof(SamplerOptions.RepetitionPenalty), "--repetition-penalty"),
        (nameof(SamplerOptions.FrequencyPenalty), "--frequency-penalty"),
        (nameof(SamplerOptions.PresencePenalty), "--presence-penalty"),
        (nameof(SamplerOptions.PenaltyWindow), "--penalty-window"),
        (nameof(SamplerOptions.NoRepeatNgram), "--no-repeat-ngram"),
        (nameof(SamplerOptions.DryMultiplier), "--dry-multiplier"),
        (nameof(SamplerOptions.DryBase), "--dry-base"),
        (nameof(SamplerOptions.DryAllowedLength), "--dry-allowed-length"),
        (nameof(SamplerOptions.DryWindow), "--dry-window"),
        (nameof(SamplerOptions.DryBreakers), "--dry-breaker"),
        (nameof(SamplerOptions.Mirostat), "--mirostat"),
        (nameof(SamplerOptions.MirostatTau), "--mirostat-tau"),
        (nameof(SamplerOptions.MirostatEta), "--mirostat-eta"),
        (nameof(SamplerOptions.LogitBias), "--logit-bias"),
        (nameof(SamplerOptions.AllowedIds), "--allow-ids"),
        (nameof(SamplerOptions.BannedIds), "--ban-ids"),
        (nameof(SamplerOptions.Seed), "--seed"),

        (nameof(TraceOptions.Candidates), "--trace-candidates"),
        (nameof(TraceOptions.Asked), "--trace-ids"),
        (nameof(TraceOptions.Attention), "--trace-attention"),
        (nameof(TraceOptions.Heads), "--trace-heads"),
        (nameof(TraceOptions.Logits), "--trace-logits"),

        (nameof(MemoryOptions.WeightType), "--type"),
        (nameof(MemoryOptions.Users), "--users"),
        (nameof(MemoryOptions.SharedPrefix), "--shared-prefix"),
        (nameof(TimeOptions.Count), "--count"),
        (nameof(TimeOptions.Reached), "--reached"),     // of ServingOptions too
        ("Model", "--model"),
        ("Parameters", "--parameters"),
        (nameof(TrainingOptions.Tokens), "--tokens"),
        (nameof(TrainingOptions.Hardware), "--hardware"),
        (nameof(TrainingOptions.Accelerators), "--gpus"),
        (nameof(TrainingOptions.Utilisation), "--mfu"),
        (nameof(TrainingOptions.Uptime), "--uptime"),
        (nameof(TrainingOptions.PricePerHour), "--price"),
        (nameof(TrainingOptions.Sequence), "--sequence"),
        (nameof(TrainingOptions.QueryTokens), "--query-tokens"),
        (nameof(TrainingOptions.QueryUtilisation), "--query-mfu"),
        (nameof(ServingOptions.MemoryShare), "--memory-share"),
        (nameof(ServingOptions.PromptTokens), "--prompt-tokens"),
        (nameof(ServingOptions.AnswerTokens), "--answer-tokens"),
        (nameof(ServingOptions.Spread), "--answers"),
        (nameof(ServingOptions.HitRate), "--hit-rate"),
        (nameof(ServingOptions.FirstWithin), "--ttft-ms"),
        (nameof(ServingOptions.TokenWithin), "--tpot-ms"),
        (nameof(ServingOptions.RequestsPerHour), "--requests-per-hour"),
        (nameof(ServingOptions.Peak), "--peak"),
        (nameof(ServingOptions.Loads), "--loads"),
        (nameof(ServingOptions.Simulated), "--simulate"),
        (nameof(ServingPrice.Capital), "--capital"),
        (nameof(ServingPrice.Years), "--years"),
        (nameof(ServingPrice.Watts), "--watts"),
        (nameof(ServingPrice.PerKilowattHour), "--power-price"),
        (nameof(ServingPrice.UsedShare), "--utilisation"),
        (nameof(IdleCacheOptions.KeptMinutes), "--keep-minutes"),
        (nameof(IdleCacheOptions.HostBytes), "--host-memory"),
        (nameof(IdleCacheOptions.HostBytesPerSecond), "--host-bandwidth"),
        (nameof(IdleCacheOptions.DiskBytes), "--disk"),
        (nameof(IdleCacheOptions.DiskBytesPerSecond), "--disk-bandwidth"),

        // parameters of methods
        ("samples", "--n"),
        ("threads", "--threads"),
        ("machine", "--machine"),
        ("ids", "--ids"),
        ("position", "--at"),
        ("branches", "--branches"),
        ("tokens", "--max-tokens"),
        ("context", "--context"),
        ("chunks", "--chunks"),
        ("resume", "--resume"),
        ("rank", "--rank"),
        ("temperatures", "--temperatures"),
        ("windows", "--windows"),
        ("sinks", "--sink-counts"),
        ("batches", "--batches"),
        ("distances", "--distances"),
        ("lengths", "--lengths"),
        ("positions", "--positions"),
        ("model", "--model"),
    ];

    private static readonly FrozenDictionary<string, string> Options = Table.ToFrozenDictionary(pair => pair.Property, pair => pair.Option);

    /// <summary>The option of a property; its own name where the tool has no option for it.</summary>
    public static string Of(string property) => Options.GetValueOrDefault(property, property);

    /// <summary>The property of an option; null for none.</summary>
    public static string? PropertyOf(string option) => Array.Find(Table, pair => pair.Option == option).Property;
}
