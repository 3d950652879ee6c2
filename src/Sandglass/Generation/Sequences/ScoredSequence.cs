using System.Threading.Channels;
using Sandglass.KvCache;
using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>A text that is given, and the model says at each position how likely the next id was: teacher forcing.</summary>
/// <remarks>The last id is foretold and never read.</remarks>
internal sealed class ScoredSequence : Sequence
{
    private readonly int[] _text;
    private readonly ScoreOptions _options;
    private readonly ChannelWriter<TokenScore> _output;
    private readonly CancellationToken _cancellation;
    private int _next;

    public ScoredSequence(int[] text, ScoreOptions options, PagePool pages, ChannelWriter<TokenScore> output, CancellationToken cancellation)
        : base(text, text.Length - 1, pages)
    {
        (_text, _options, _output, _cancellation, _next) = (text, options, output, cancellation, options.From);
        IsOver = Pending == 0;
    }

    public override int LongestChunk => _options.PrefillChunk > 0 ? _options.PrefillChunk : int.MaxValue;

    public override int FirstScored => _options.From;

    public override void CheckInterruption()
    {
        if (_cancellation.IsCancellationRequested) Fail(new OperationCanceledException(_cancellation));
    }

    public override void ChunkRead()
    {
        _options.Progress?.Report((Cache.Length, Length));
        IsOver = Pending == 0;
    }

    public override void Take(ReadOnlySpan<float> logits)
    {
        int id = _text[_next + 1];
        LogSumExp logSumExp = LogSumExp.Of(logits);
        if (!logSumExp.IsFinite) SamplingException.ThrowLogits(logits, _next + 1);
        TokenLogprob[] top = _options.Logprobs == 0 ? [] : new TokenLogprob[Math.Min(_options.Logprobs, logits.Length)];
        if (top.Length > 0) Logprobs.Top(logits, logSumExp, top);
        string? hash = _options.HashLogits ? LogitsHash.Of(logits) : null;
        _output.TryWrite(new TokenScore(_next, _text[_next], id, logSumExp.Logprob(logits[id]), Logprobs.Rank(logits, id), top, hash));
        _next++;
    }

    public override void Close() => Fail(new ObjectDisposedException("LanguageModel", "The model was disposed of before the text was scored."));

    protected override void Complete(long cacheBytes) => _output.TryComplete();

    protected override void Complete(Exception failure) => _output.TryComplete(failure);
}
