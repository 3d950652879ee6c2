namespace Sandglass.Kernels;

/// <summary>Work that each token of a batch has for itself (a norm, a rotation, an activation): split over workers by tokens.</summary>
internal abstract class TokenJob(WorkerPool pool) : Job
{
    private const int TokensPerPiece = 8;

    private int _tokens;

    public sealed override void Do(int piece, int worker)
    {
        int to = Math.Min((piece + 1) * TokensPerPiece, _tokens);
        for (int token = piece * TokensPerPiece; token < to; token++)
            DoToken(token);
    }

    /// <summary>Does the work of one token.</summary>
    protected abstract void DoToken(int token);

    protected void Run(int tokens)
    {
        _tokens = tokens;
        pool.Run(this, (tokens + TokensPerPiece - 1) / TokensPerPiece);
    }
}
