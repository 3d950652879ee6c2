using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Which experts the tokens of a batch take in a layer: by tokens, as they choose, and by experts, as they are computed.</summary>
/// <param name="used">Experts of a token.</param>
/// <param name="gathered">How the experts' inputs are multiplied.</param>
internal sealed class ExpertRouting(int maxTokens, int width, int experts, int used, ComputeMode gathered) : IDisposable
{
    private readonly int[] _chosen = new int[maxTokens * used];
    private readonly float[] _weights = new float[maxTokens * used];
    private readonly int[] _ends = new int[experts];                        // [expert]: one past its last token in the next two
    private readonly int[] _tokensByExpert = new int[maxTokens * used];
    private readonly float[] _weightsByExpert = new float[maxTokens * used];

    /// <summary>[token, experts]: what the router gives.</summary>
    public TokenBuffer Scores { get; } = new(maxTokens, experts);

    /// <summary>[row, width], and in blocks: an expert's tokens side by side.</summary>
    public TokenBuffer Gathered { get; } = new(maxTokens, width, gathered);

    /// <summary>[row, width]: what an expert gives.</summary>
    public TokenBuffer Part { get; } = new(maxTokens, width);

    /// <summary>[used]: a token's experts.</summary>
    public Span<int> Chosen(int token) => _chosen.AsSpan(token * used, used);

    /// <summary>[used]: the factors on what they give.</summary>
    public Span<float> Weights(int token) => _weights.AsSpan(token * used, used);

    /// <summary>The tokens that take an expert, in their order.</summary>
    public ReadOnlyMemory<int> TokensOf(int expert) => _tokensByExpert.AsMemory(Range(expert));

    /// <summary>The factors on what it gives, one for each of them.</summary>
    public ReadOnlyMemory<float> WeightsOf(int expert) => _weightsByExpert.AsMemory(Range(expert));

    /// <summary>Sorts what the tokens chose by experts.</summary>
    public void GroupByExpert(int tokens)
    {
        Array.Clear(_ends);
        foreach (int expert in _chosen.AsSpan(0, tokens * used)) _ends[expert]++;
        int before = 0;
        foreach (ref int end in _ends.AsSpan()) (before, end) = (before + end, before);     // the first of each; the loop below moves it to its end
        for (int i = 0; i < tokens * used; i++)
        {
            int place = _ends[_chosen[i]]++;
            (_tokensByExpert[place], _weightsByExpert[place]) = (i / used, _weights[i]);
        }
    }

    public void Dispose()
    {
        Scores.Dispose();
        Gathered.Dispose();
        Part.Dispose();
    }

    private Range Range(int expert) => (expert == 0 ? 0 : _ends[expert - 1]).._ends[expert];
}
