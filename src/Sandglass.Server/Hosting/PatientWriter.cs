using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary>The way of an answer to its client: a client that takes nothing of what waits for it is waited for so long and no longer, then its connection is
/// closed.</summary>
/// <remarks>
/// The web server's own bound (MinResponseDataRate) gives time for every byte that was ever written on a connection, so that one that read a megabyte quickly
/// may then read nothing for an hour.
/// </remarks>
/// <param name="inner">The connection's.</param>
/// <param name="context">The request, which ends with its connection.</param>
/// <param name="patience">How long what waits may wait; and how long all of it may, when the request's time is over.</param>
/// <param name="time">The clock.</param>
internal sealed class PatientWriter(PipeWriter inner, HttpContext context, TimeSpan patience, TimeProvider time) : PipeWriter
{
    /// <summary>Bytes that are written at once; what is larger goes in pieces, each waited for by itself.</summary>
    public const int Piece = 4096;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override void Advance(int bytes) => inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<FlushResult> flush = inner.FlushAsync(cancellationToken);
        return flush.IsCompleted ? flush : new ValueTask<FlushResult>(WaitAsync(flush.AsTask()));
    }

    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        FlushResult result = default;
        do
        {
            ReadOnlyMemory<byte> piece = source[..Math.Min(Piece, source.Length)];
            source = source[piece.Length..];
            inner.Write(piece.Span);
            result = await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        while (!source.IsEmpty && result is { IsCompleted: false, IsCanceled: false });
        return result;
    }

    /// <summary>Waits for what goes to the client as long as there is patience.</summary>
    /// <exception cref="OperationCanceledException">There is none any more: the connection is closed.</exception>
    public async Task<T> WaitAsync<T>(Task<T> sent)
    {
        try
        {
            TimeSpan most = Deadline.Of(context)?.Patience(patience) ?? patience;
            return await sent.WaitAsync(most, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            context.Abort();
            await ((Task)sent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);   // it is told on another thread
            throw new OperationCanceledException("The client reads nothing of its answer.", context.RequestAborted);
        }
    }
}
