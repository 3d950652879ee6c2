using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Sandglass.Generation;

/// <summary>An observer of an engine: the steps that it has not read yet, bounded. The engine never waits for it: of who reads too slowly the oldest steps are
/// dropped, and their numbers are missing.</summary>
internal sealed class BatchWatch : IDisposable
{
    /// <summary>Steps that wait for it at most.</summary>
    public const int Most = 256;

    private readonly Channel<BatchStep> _steps;
    private readonly Action<BatchWatch> _leave;

    /// <param name="leave">Called when it watches no more.</param>
    public BatchWatch(Action<BatchWatch> leave)
    {
        _leave = leave;
        _steps = Channel.CreateBounded<BatchStep>(
            new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true });
    }

    /// <summary>Takes the next step, where one is there.</summary>
    public bool TryRead([NotNullWhen(true)] out BatchStep? step) => _steps.Reader.TryRead(out step);

    /// <summary>Waits until one is there; false when the engine is gone, and all were read.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _steps.Reader.WaitToReadAsync(cancellation);

    /// <summary>Hands it a step: the engine's thread alone.</summary>
    public void Tell(BatchStep step) => _steps.Writer.TryWrite(step);

    /// <summary>Nothing more comes.</summary>
    public void End() => _steps.Writer.TryComplete();

    /// <summary>It watches no more.</summary>
    public void Dispose()
    {
        _leave(this);
        End();
    }
}
