using Sandglass.Kernels;
using Sandglass.Tracing;

namespace Sandglass.Studies;

/// <summary>A text generated with and without the cache.</summary>
/// <param name="Rows">First the rows with the cache, then those without, as the text grows.</param>
/// <param name="Growth">How the work of one more token grows with the text: with the cache, then without.</param>
/// <param name="TokensEqual">Whether both texts are the same, token for token.</param>
/// <param name="Kernels">The kernels that ran.</param>
/// <param name="Compute">How quantised weights were multiplied.</param>
public sealed record CacheStudyResult(
    IReadOnlyList<CacheStudyRow> Rows, IReadOnlyList<CacheGrowth> Growth, bool TokensEqual, string Kernels, ComputeMode Compute);

/// <summary>The text up to a number of tokens.</summary>
/// <param name="Cache">Whether keys and values were kept.</param>
/// <param name="Tokens">Tokens generated so far.</param>
/// <param name="Length">Prompt and tokens.</param>
/// <param name="LayerTokenPasses">(layer, token) pairs computed so far; counted.</param>
/// <param name="MultiplyAdds">Multiply-adds so far; counted.</param>
/// <param name="CacheBytes">Bytes of keys and values held.</param>
/// <param name="TimePerToken">The mean over the tokens since the row before, the median of several runs; measured.</param>
/// <param name="Window">The work of one of those tokens.</param>
public sealed record CacheStudyRow(
    bool Cache, int Tokens, int Length, long LayerTokenPasses, MultiplyAdds MultiplyAdds, long CacheBytes, TimeSpan TimePerToken, CacheWindow Window);

/// <summary>The mean work of a token in a part of the text; counted.</summary>
public sealed record CacheWindow(double LayerTokenPasses, double Projections, double FeedForward, double Attention, double Logits);

/// <summary>Exponent of the text's length that the work of one more token grows with: 0 constant, 1 linear, 2 quadratic. The work of the whole text grows
/// with one power more.</summary>
/// <param name="Cache">Whether keys and values were kept.</param>
/// <param name="LayerTokenPasses">Of the (layer, token) pairs computed.</param>
/// <param name="Projections">Of the projections' multiply-adds.</param>
/// <param name="FeedForward">Of the feed-forward network's.</param>
/// <param name="Attention">Of attention's.</param>
/// <param name="Logits">Of the logits'.</param>
/// <param name="Time">Of the time: the median of several runs.</param>
/// <param name="LeastTime">The least of those runs.</param>
/// <param name="MostTime">The largest of those runs.</param>
public sealed record CacheGrowth(
    bool Cache, double LayerTokenPasses, double Projections, double FeedForward, double Attention, double Logits, double Time,
    double LeastTime, double MostTime)
{
    /// <summary>Least-squares lines through the logarithms. The first row contains the prompt and is left out.</summary>
    /// <param name="rows">The counted work.</param>
    /// <param name="runs">Times of a token in each row, for each run: [run][row].</param>
    internal static CacheGrowth Of(IReadOnlyList<CacheStudyRow> rows, TimeSpan[][] runs)
    {
        double[] times = [.. runs.Select(run => Growth((_, i) => run[i].TotalSeconds)).Order()];
        return new CacheGrowth(
            rows[0].Cache, Growth((row, _) => row.Window.LayerTokenPasses), Growth((row, _) => row.Window.Projections),
            Growth((row, _) => row.Window.FeedForward), Growth((row, _) => row.Window.Attention), Growth((row, _) => row.Window.Logits),
            times[times.Length / 2], times[0], times[^1]);

        // the n-th token is computed from the n - 1 before it, so a row's mean length is half a token less than the middle of its ends; where the clock is too
        // coarse a row has no time
        double Growth(Func<CacheStudyRow, int, double> value) =>
            Power.Of(rows.Select((row, i) => (i == 0 ? 0 : (row.Length + rows[i - 1].Length - 1) / 2.0, value(row, i))).Skip(1));
    }
}
