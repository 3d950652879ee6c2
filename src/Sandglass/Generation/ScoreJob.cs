using System.Threading.Channels;
using Sandglass.KvCache;
using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>Teacher forcing: the text is given, and the model says at each position how likely the next id was.</summary>
internal sealed class ScoreJob(int[] ids, ScoreOptions options, ChannelWriter<TokenScore> output, CancellationToken cancellation) : EngineJob
{
    public override void Run(Engine engine, CancellationToken closing)
    {
        try
        {
            ReadThrough(engine, closing);
            output.TryComplete(); // the pages are free again when the caller hears of the end
        }
        catch (Exception failure)
        {
            output.TryComplete(failure);
        }
    }

    public override void Refuse() => output.TryComplete(Closed());

    private static ObjectDisposedException Closed() => new("LanguageModel", "The model was disposed of before the text was scored.");

    private void ReadThrough(Engine engine, CancellationToken closing)
    {
        using SequenceCache cache = new(engine.Pages);
        int chunk = options.PrefillChunk > 0 ? Math.Min(options.PrefillChunk, engine.BatchTokens) : engine.BatchTokens;
        while (cache.Length < ids.Length - 1)
        {
            cancellation.ThrowIfCancellationRequested();
            if (closing.IsCancellationRequested) throw Closed();
            int from = cache.Length, count = Math.Min(chunk, ids.Length - 1 - from);
            engine.Forward(cache, ids.AsMemory(from, count));
            for (int first = Math.Max(from, options.From); first < from + count; first += Engine.MaxLogitRows)
            {
                int rows = Math.Min(Engine.MaxLogitRows, from + count - first);
                engine.ComputeLogits(first - from, rows);
                for (int row = 0; row < rows; row++)
                    output.TryWrite(Score(first + row, engine.LogitRow(row)));
            }
            options.Progress?.Report((cache.Length, ids.Length - 1));
        }
    }

    private TokenScore Score(int index, ReadOnlySpan<float> logits)
    {
        int next = ids[index + 1];
        float logSumExp = Logprobs.LogSumExp(logits);
        if (!float.IsFinite(logSumExp)) SamplingException.ThrowLogits(logits, index + 1);
        TokenLogprob[] top = options.Logprobs == 0 ? [] : new TokenLogprob[Math.Min(options.Logprobs, logits.Length)];
        if (top.Length > 0) Logprobs.Top(logits, logSumExp, top);
        string? hash = options.HashLogits ? LogitsHash.Of(logits) : null;
        return new TokenScore(index, ids[index], next, logits[next] - logSumExp, Logprobs.Rank(logits, next), top, hash);
    }
}
