using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary>What <c>run</c> shows: text for people and pipes, or JSON for scripts.</summary>
internal interface IRunOutput
{
    /// <summary>The next token.</summary>
    void Token(GeneratedToken token);

    /// <summary>The text is over.</summary>
    void End(GenerationResult result);
}
