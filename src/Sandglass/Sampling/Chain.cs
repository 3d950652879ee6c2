namespace Sandglass.Sampling;

/// <summary>The steps in the order they run; the order is data, these are the ways to write it down.</summary>
internal static class Chain
{
    /// <summary>The default order: top_k, top_p, min_p, temperature; without those that are off. Temperature 0 needs none. Bans come before everything.</summary>
    internal static SamplerStep[] Of(SamplerOptions options, IReadOnlyCollection<int>? banned = null)
    {
        options.Validate();
        var steps = new List<SamplerStep>();
        if (banned?.Count > 0) steps.Add(new Banned(banned));
        if (options.Temperature == 0) return [.. steps];

        if (options.TopK > 0) steps.Add(new TopK(options.TopK));
        if (options.TopP < 1) steps.Add(new TopP(options.TopP));
        if (options.MinP > 0) steps.Add(new MinP(options.MinP));
        steps.Add(new Temperature(options.Temperature));
        return [.. steps];
    }
}
