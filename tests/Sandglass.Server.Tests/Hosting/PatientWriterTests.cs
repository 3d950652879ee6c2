using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sandglass.Server.Tests;

/// <summary>An answer waits for its reader, and not for ever: with a clock that is turned by hand.</summary>
public sealed class PatientWriterTests : IHttpRequestLifetimeFeature
{
    private readonly HandClock _clock = new();
    private readonly CancellationTokenSource _aborted = new();
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 8192, resumeWriterThreshold: 4096, useSynchronizationContext: false));
    private readonly DefaultHttpContext _context = new();
    private readonly PatientWriter _writer;

    public PatientWriterTests()
    {
        _context.Features.Set<IHttpRequestLifetimeFeature>(this);
        _writer = new PatientWriter(_pipe.Writer, _context, TimeSpan.FromSeconds(20), _clock);
    }

    CancellationToken IHttpRequestLifetimeFeature.RequestAborted { get => _aborted.Token; set => throw new NotSupportedException(); }

    // as the web server does
    void IHttpRequestLifetimeFeature.Abort()
    {
        _pipe.Reader.Complete();
        _aborted.Cancel();
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_is_left_after_the_time_and_not_before()
    {
        Task written = _writer.WriteAsync(new byte[100_000]).AsTask();
        _clock.Turn(TimeSpan.FromSeconds(19));
        Assert.False(_aborted.IsCancellationRequested || written.IsCompleted);

        _clock.Turn(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => written);
        Assert.True(_aborted.IsCancellationRequested);
    }

    [Fact]
    public async Task A_slow_reader_gets_all_of_it_however_long_that_takes()
    {
        Task written = _writer.WriteAsync(new byte[100_000]).AsTask();
        int read = 0;
        while (read < 100_000) read += await ReadAfterAsync(TimeSpan.FromSeconds(9), 100_000 - read, written);     // twice until half of what waits is read

        await written;
        Assert.False(_aborted.IsCancellationRequested);
    }

    [Fact]
    public async Task A_slow_reader_is_left_when_the_time_of_its_request_has_been_over_for_as_long()
    {
        using Deadline deadline = Deadline.Begin(_context, TimeSpan.FromSeconds(30), _clock);
        deadline.Narrow(TimeSpan.FromSeconds(1));       // which ends the work, not the reading
        Task written = _writer.WriteAsync(new byte[100_000]).AsTask();
        for (int i = 0; i < 5; i++) await ReadAfterAsync(TimeSpan.FromSeconds(9), 100_000, written);
        Assert.False(_aborted.IsCancellationRequested || written.IsCompleted);

        _clock.Turn(TimeSpan.FromSeconds(6));           // 51
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => written);
        Assert.True(_aborted.IsCancellationRequested);
    }

    /// <summary>Reads a piece, and returns how many bytes that was.</summary>
    private async Task<int> ReadAfterAsync(TimeSpan pause, int left, Task written)
    {
        _clock.Turn(pause);
        ReadResult result = await _pipe.Reader.ReadAtLeastAsync(Math.Min(PatientWriter.Piece, left));
        int taken = (int)Math.Min(result.Buffer.Length, PatientWriter.Piece + 1);
        Assert.InRange(result.Buffer.Length, 1, 8192 + PatientWriter.Piece);       // no more than that ever waits
        _pipe.Reader.AdvanceTo(result.Buffer.GetPosition(taken));
        for (int i = 0; i < 100 && !written.IsCompleted; i++) await Task.Yield();
        return taken;
    }

    [Fact]
    public async Task What_fits_is_not_waited_for()
    {
        for (int i = 0; i < 8; i++)
        {
            _writer.GetSpan(1000);
            _writer.Advance(1000);
            Assert.True(_writer.FlushAsync().IsCompletedSuccessfully);
            _clock.Turn(TimeSpan.FromHours(1));
        }
        await _writer.CompleteAsync();
        Assert.False(_aborted.IsCancellationRequested);
    }
}
