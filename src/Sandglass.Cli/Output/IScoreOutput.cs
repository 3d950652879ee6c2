using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary>What <c>score</c> shows: text for people and pipes, or JSON for scripts.</summary>
internal interface IScoreOutput
{
    /// <summary>Nothing is scored yet; the first id never is.</summary>
    void Begin(int[] ids);

    /// <summary>The next id's score.</summary>
    void Token(TokenScore score);

    /// <summary>All is scored, or, where it was <paramref name="cancelled"/>, so much of it.</summary>
    void End(Sum sum, bool cancelled);
}
