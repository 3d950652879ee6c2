using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sandglass.Server.Tests;

/// <summary>What a server does before it takes requests: it works, and where it does not the server begins all the same.</summary>
public sealed class WarmUpTests
{
    private readonly HeardLines _log = new();

    [Fact]
    public async Task All_of_its_requests_are_answered()
    {
        await WarmUp.TryAsync(_log, TimeSpan.FromMinutes(1), CancellationToken.None);
        Assert.Empty(await _log.AtLeastAsync(0));
    }

    [Fact]
    public async Task Who_listens_to_the_process_hears_nothing_of_it()
    {
        ConcurrentQueue<string> heard = [];     // of other tests' servers too: names tell them apart
        void Measured(ReadOnlySpan<KeyValuePair<string, object?>> tags) => heard.Enqueue(string.Join(' ', tags.ToArray().Select(tag => tag.Value)));
        using MeterListener meters = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == GenAiInstruments.Name) listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<double>((_, _, tags, _) => Measured(tags));
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => Measured(tags));
        meters.Start();
        using ActivityListener spans = new()
        {
            ShouldListenTo = source => source.Name == GenAiInstruments.Name,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = span => heard.Enqueue(span.DisplayName),
        };
        ActivitySource.AddActivityListener(spans);

        await WarmUp.TryAsync(_log, TimeSpan.FromMinutes(1), CancellationToken.None);

        Assert.Empty(await _log.AtLeastAsync(0));
        Assert.DoesNotContain(heard, one => one.Contains(WarmUp.Id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_takes_too_long_is_left_and_said_so()
    {
        await WarmUp.TryAsync(_log, TimeSpan.Zero, CancellationToken.None);
        Assert.Contains("was not warmed up", Assert.Single(await _log.AtLeastAsync(1)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_is_ended_ends()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WarmUp.TryAsync(_log, TimeSpan.FromMinutes(1), new CancellationToken(canceled: true)));
        Assert.Empty(await _log.AtLeastAsync(0));
    }
}
