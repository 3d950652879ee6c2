namespace Sandglass.Kernels;

/// <summary>Per-token work (a norm, a rotation, an activation), split over workers by tokens.</summary>
internal abstract class TokenJob(WorkerPool pool) : Job
{
    private const int MaxPerPart = 8;      // in a long batch: enough to outweigh the cost of handing it out
    private const int PartsPerThread = 2;  // in a short batch, so that all threads are used
    private const int FloatsToShare = 4096; // a smaller part is done before another thread notices it

    private int _tokens, _perPart;

    public sealed override void Do(int part, int worker)
    {
        int to = Math.Min((part + 1) * _perPart, _tokens);
        for (int token = part * _perPart; token < to; token++)
            DoToken(token);
    }

    /// <summary>Does the work of one token.</summary>
    protected abstract void DoToken(int token);

    /// <param name="floats">Floats of one token, a measure of its work.</param>
    protected void Run(int tokens, int floats)
    {
        _tokens = tokens;
        _perPart = Math.Max(Math.Clamp(tokens / (PartsPerThread * pool.Threads), 1, MaxPerPart), FloatsToShare / floats);
        pool.Run(this, (tokens + _perPart - 1) / _perPart);
    }
}
