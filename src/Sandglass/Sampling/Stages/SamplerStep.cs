namespace Sandglass.Sampling;

/// <summary>One stage of the chain between the logits and the draw: it removes candidates or changes their logits.</summary>
/// <remarks>
/// It reads the text from <see cref="Candidates.Text"/>, so a stage without <see cref="Accept"/> and <see cref="Learn"/> has no state and forks share it.
/// </remarks>
internal abstract class SamplerStep
{
    /// <summary>The stage's name in <see cref="SamplerOptions.Samplers"/> and in explanations, for instance <c>top_k</c>.</summary>
    internal abstract string Name { get; }

    /// <summary>Whether it reads the text before the token; if no stage does, none is kept.</summary>
    internal virtual bool LooksBack => false;

    /// <summary>
    /// Whether what it removes must never be chosen: leaving nothing is then an error. Any other stage that would leave nothing removes nothing.
    /// </summary>
    internal virtual bool IsStrict => false;

    internal abstract void Apply(Candidates candidates, Chance chance);

    /// <summary>A token is now part of the text: one of the prompt, or the chosen one, also where the likeliest is taken and nothing is drawn.</summary>
    /// <param name="text">All accepted tokens, this one the last; empty if no stage looks back.</param>
    internal virtual void Accept(int id, ReadOnlySpan<int> text) { }

    /// <summary>A token that this chain drew is now part of the text.</summary>
    /// <param name="surprise">Of that token in the distribution that it was drawn from, in bits.</param>
    internal virtual void Learn(double surprise) { }

    /// <summary>A stage in the same state that continues on its own.</summary>
    internal virtual SamplerStep Fork() => this;
}
