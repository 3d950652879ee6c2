namespace Sandglass.Sampling;

/// <summary>Adds to the logits of some ids: a positive bias makes them likelier.</summary>
internal sealed class LogitBias(IReadOnlyDictionary<int, double>? biases) : SamplerStep
{
    private readonly KeyValuePair<int, double>[] _biases = [.. biases ?? new Dictionary<int, double>()];

    internal override string Name => "logit_bias";

    internal override void Apply(Candidates candidates, Chance chance)
    {
        foreach ((int id, double bias) in _biases) candidates.Change(id, candidates[id] + bias);
    }
}
