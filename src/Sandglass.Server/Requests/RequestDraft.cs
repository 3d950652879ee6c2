using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Server;

/// <summary>What a body asks for, parameter by parameter. What of it contradicts what, <see cref="RequestRules"/> says.</summary>
internal sealed class RequestDraft(ApiRoutes route, ServedModel served, ServerLimits limits)
{
    public ApiRoutes Route => route;

    public ServedModel Served => served;

    public ServerLimits Limits => limits;

    /// <summary>The parameters that were given, by their own names.</summary>
    public HashSet<string> Given { get; } = [];

    // what to continue
    public IReadOnlyList<Prompt> Prompts { get; set; } = [];
    public IReadOnlyList<JsonElement> Messages { get; set; } = [];
    public bool AddGenerationPrompt { get; set; } = true;
    public bool ContinueFinalMessage { get; set; }
    public JsonElement? Documents { get; set; }
    public JsonElement? TemplateArguments { get; set; }
    public bool AddSpecialTokens { get; set; } = true;
    public bool ParseSpecial { get; set; } = true;

    // how many texts, and how they are sent
    public int Samples { get; set; } = 1;
    public int? BestOf { get; set; }
    public bool Stream { get; set; }
    public bool IncludeUsage { get; set; }
    public bool Echo { get; set; }
    public bool Logprobs { get; set; }
    public int TopLogprobs { get; set; }
    public int? PromptLogprobs { get; set; }
    public bool ReturnTokenIds { get; set; }
    public bool HashLogits { get; set; }
    public bool Explain { get; set; }

    // how they are written
    public bool IsSeedNegative { get; set; }
    public SamplerOptions Sampling { get; set; } = served.Hints.Defaults;
    public int? MaxTokens { get; set; }
    public int MinTokens { get; set; }
    public IReadOnlyList<string> Stop { get; set; } = [];
    public int[] StopIds { get; set; } = [];
    public bool IgnoreEos { get; set; }
    public int? Beams { get; set; }
    public BeamOptions BeamOptions { get; set; } = new();
    public double? TimeLimit { get; set; }
    public int LoopNgram { get; set; }
    public int? LoopRepeats { get; set; }
    public DraftKind? Draft { get; set; }
    public string? Prediction { get; set; }
    public int[]? PredictionIds { get; set; }

    // how they are scheduled
    public int? Priority { get; set; }
    public double? StartWithin { get; set; }
    public string? CacheSalt { get; set; }
    public bool CachePrompt { get; set; } = true;
    public bool NoCache { get; set; }

    // what is told of a trace
    public TraceOptions Watched { get; set; } = new();

    // for the operator's records
    public string? User { get; set; }
    public string? SafetyIdentifier { get; set; }
    public string? CacheKey { get; set; }
    public IReadOnlyDictionary<string, string> Metadata { get; set; } = new Dictionary<string, string>();

    // embeddings, tokens
    public bool AsBase64 { get; set; }
    public string Content { get; set; } = "";
    public bool AsPrompt { get; set; }
    public int[] Tokens { get; set; } = [];
    public bool WithPieces { get; set; }

    /// <summary>Bytes of what may be long in it and is kept until its texts are written, besides its prompts.</summary>
    public long BytesKept =>
        sizeof(int) * ((Sampling.AllowedIds?.Count ?? 0) + (Sampling.BannedIds?.Count ?? 0L) + (PredictionIds?.Length ?? 0))
        + 32L * (Sampling.LogitBias?.Count ?? 0)        // an entry of a dictionary
        + sizeof(char) * Stop.Sum(text => (long)text.Length);

    /// <summary>Whether a conversation is answered, and no text continued.</summary>
    public bool IsChat => route == ApiRoutes.Chat || (route == ApiRoutes.Trace && Has("messages"));

    /// <summary>Whether a parameter stands in the body.</summary>
    public bool Has(string parameter) => Given.Contains(parameter);
}
