namespace Sandglass.Generation;

/// <summary>Something that the engine's thread does for a caller, who waits at the other end of a channel.</summary>
internal abstract class EngineJob
{
    /// <summary>Does the work; failures go to the caller, never to the thread.</summary>
    public abstract void Run(Engine engine, CancellationToken closing);

    /// <summary>Tells the caller that the engine closed before the work began.</summary>
    public abstract void Refuse();
}
