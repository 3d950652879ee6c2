using Sandglass.Sampling;

namespace Sandglass.Server;

/// <summary>Names for answers: each another, also after a restart.</summary>
internal sealed class AnswerIds
{
    private readonly uint _start = FreshSeed.Draw();
    private long _count;

    /// <summary>For instance <c>chatcmpl-6f1c0a2b00000001</c>.</summary>
    public string Next(string kind) => $"{kind}-{_start:x8}{Interlocked.Increment(ref _count):x8}";
}
