namespace Sandglass.Sampling;

/// <summary>One step of the chain between the logits and the draw: it removes candidates or changes their logits, and always leaves at least one.</summary>
internal abstract class SamplerStep
{
    /// <summary>The step's name in <c>--samplers</c> and in explanations, for instance <c>top_k</c>.</summary>
    internal abstract string Name { get; }

    internal abstract void Apply(Candidates candidates, Chance chance);

    /// <summary>A token that is now part of the text, of the prompt or chosen: for the steps that look back.</summary>
    internal virtual void Accept(int id) { }
}
