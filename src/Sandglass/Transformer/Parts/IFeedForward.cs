namespace Sandglass.Transformer;

/// <summary>The second part of a block: one <see cref="FeedForward"/>, or <see cref="Experts"/> of which each token takes a few.</summary>
internal interface IFeedForward
{
    /// <summary>The products of the normed tokens.</summary>
    IEnumerable<Linear> Inputs { get; }

    /// <summary>The parts in it: itself, or all experts.</summary>
    IEnumerable<FeedForward> Parts { get; }

    /// <summary>Multiply-adds of one token.</summary>
    long MultiplyAdds { get; }

    /// <summary>Bytes of weights that one token does not read.</summary>
    long IdleBytes { get; }

    /// <summary>Of the normed tokens, into a buffer or added to it.</summary>
    /// <param name="to">[token, width]</param>
    void Run(RunState state, TokenBuffer to, bool add);
}
