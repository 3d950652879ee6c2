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
    private readonly PatientWriter _writer;

    public PatientWriterTests()
    {
        DefaultHttpContext context = new();
        context.Features.Set<IHttpRequestLifetimeFeature>(this);
        _writer = new PatientWriter(_pipe.Writer, context, TimeSpan.FromSeconds(20), _clock);
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
        while (read < 100_000)
        {
            _clock.Turn(TimeSpan.FromSeconds(9));      // twice until half of what waits is read
            ReadResult result = await _pipe.Reader.ReadAtLeastAsync(Math.Min(PatientWriter.Piece, 100_000 - read));
            int taken = (int)Math.Min(result.Buffer.Length, PatientWriter.Piece + 1);
            Assert.InRange(result.Buffer.Length, 1, 8192 + PatientWriter.Piece);       // no more than that ever waits
            _pipe.Reader.AdvanceTo(result.Buffer.GetPosition(taken));
            read += taken;
            for (int i = 0; i < 100 && !written.IsCompleted; i++) await Task.Yield();
        }

        await written;
        Assert.False(_aborted.IsCancellationRequested);
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
