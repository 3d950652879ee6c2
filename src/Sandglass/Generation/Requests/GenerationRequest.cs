using Sandglass.KvCache;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Generation;

/// <summary>A checked request, with what its sequences need of the model. Made once, on the caller's thread; all samples or beams of the request share
/// it.</summary>
internal sealed record GenerationRequest
{
    /// <summary>Ids of the prompt.</summary>
    public required int[] Prompt { get; init; }

    /// <summary>What was asked for. Its lists are copies: the caller's own may change, and no code of the caller's runs on the engine's thread.</summary>
    public required GenerationOptions Options { get; init; }

    /// <summary>What it is served by.</summary>
    public Ticket Ticket { get; init; } = new();

    /// <summary>How the model is run.</summary>
    public required ModelOptions Model { get; init; }

    public required Tokenizer Tokenizer { get; init; }

    /// <summary>The pages of the model's cache.</summary>
    public required PagePool Pages { get; init; }

    /// <summary>With whom its texts share pages: the prefix hash before the first one.</summary>
    public PrefixHash Beginning => Pages.Beginning.Salted(Options.CacheSalt);

    /// <summary>The engine's buffers for choosing tokens.</summary>
    public required SamplingBuffers Buffers { get; init; }

    /// <summary>Positions that prompt and completion may take together.</summary>
    public required int Positions { get; init; }

    /// <summary>The first sample's; each further one has the next.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Ids that end the text.</summary>
    public required IReadOnlySet<int> EndIds { get; init; }

    /// <summary>What is traced of it; null for nothing.</summary>
    public TraceOptions? Watched { get; init; }

    /// <summary>What that takes in memory; null where nothing is traced.</summary>
    public TraceMemory? TraceMemory { get; init; }

    /// <summary>What its sampler tells of candidates; null for nothing.</summary>
    public CandidateWatch? CandidateWatch => Watched is null ? null : new CandidateWatch(Watched.Candidates, [.. Watched.Asked]);

    /// <summary>The chain's steps that run, in order.</summary>
    public IReadOnlyList<string> Samplers =>
        [.. (Options.Beams is null ? Chain.Of(Options.Sampling, SamplerText) : Chain.WithoutDraw(Options.Sampling, SamplerText)).Select(step => step.Name)];

    /// <summary>The caller's handler of progress, or null.</summary>
    public ProgressRelay<(int Read, int Total)>? Progress { get; init; }

    /// <summary>Whether its texts begin with pages of others and leave theirs.</summary>
    public bool SharesCache => Options.ShareCache && !Options.NoCache;

    /// <summary>Prompt tokens that may go through the model at once.</summary>
    public int LongestChunk => Options.PrefillChunk > 0 ? Options.PrefillChunk : int.MaxValue;

    /// <summary>What a sampler must know of the text.</summary>
    public SamplerText SamplerText => Options.Text(Tokenizer, EndIds, Prompt.Length);

    /// <summary>Whether no rule of the request can end the text; a window leaves no last position.</summary>
    public static bool IsEndless(GenerationOptions options, ModelOptions model) =>
        model.Window > 0 && options is { MaxTokens: null, TimeLimit: null, LoopNgram: 0, Stop.Count: 0 }
        && (options.IgnoreEnd || options.EndIds is { Count: 0 });
}
