using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary>What <c>run</c> shows: text for people and pipes, or JSON for scripts.</summary>
internal interface IRunOutput
{
    /// <summary>The next token.</summary>
    /// <param name="isShared">Whether an earlier sample went the same way up to here.</param>
    void Token(GeneratedToken token, bool isShared);

    /// <summary>The text is over.</summary>
    void End(GenerationResult result);
}
