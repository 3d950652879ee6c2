namespace Sandglass.Kernels;

/// <summary>Work that each token of a batch has for itself (a norm, a rotation, an activation): split over workers by tokens.</summary>
internal abstract class TokenJob(WorkerPool pool) : Job
{
    private const int MaxPerPart = 8;      // of a long batch: enough to pay for handing it out
    private const int PartsPerThread = 2;  // of a short one: a batch of few tokens uses all threads
    private const int FloatsToShare = 4096; // a part of less is done before another thread has heard of it

    private int _tokens, _perPart;

    public sealed override void Do(int part, int worker)
    {
        int to = Math.Min((part + 1) * _perPart, _tokens);
        for (int token = part * _perPart; token < to; token++)
            DoToken(token);
    }

    /// <summary>Does the work of one token.</summary>
    protected abstract void DoToken(int token);

    /// <param name="floats">Of a token: how much work it is.</param>
    protected void Run(int tokens, int floats)
    {
        _tokens = tokens;
        _perPart = Math.Max(Math.Clamp(tokens / (PartsPerThread * pool.Threads), 1, MaxPerPart), FloatsToShare / floats);
        pool.Run(this, (tokens + _perPart - 1) / _perPart);
    }
}
