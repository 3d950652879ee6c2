namespace Sandglass.Kernels;

/// <summary>Work that each token of a batch has for itself (a norm, a rotation, an activation): split over workers by tokens.</summary>
internal abstract class TokenJob(WorkerPool pool) : Job
{
    private const int MaxPerPiece = 8;      // of a long batch: enough to pay for handing it out
    private const int PiecesPerThread = 2;  // of a short one: a batch of few tokens uses all threads
    private const int FloatsToShare = 4096; // a piece of less is done before another thread has heard of it

    private int _tokens, _perPiece;

    public sealed override void Do(int piece, int worker)
    {
        int to = Math.Min((piece + 1) * _perPiece, _tokens);
        for (int token = piece * _perPiece; token < to; token++)
            DoToken(token);
    }

    /// <summary>Does the work of one token.</summary>
    protected abstract void DoToken(int token);

    /// <param name="floats">Of a token: how much work it is.</param>
    protected void Run(int tokens, int floats)
    {
        _tokens = tokens;
        _perPiece = Math.Max(Math.Clamp(tokens / (PiecesPerThread * pool.Threads), 1, MaxPerPiece), FloatsToShare / floats);
        pool.Run(this, (tokens + _perPiece - 1) / _perPiece);
    }
}
