using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Sandglass.Studies;

/// <summary>An experiment: parts that are done one after the other, each of which gives rows of a table. The same setting gives the same rows, but for times,
/// which are measured.</summary>
/// <typeparam name="TRow">A row, as JSON has it too.</typeparam>
public abstract class Experiment<TRow>
{
    private protected Experiment()
    {
    }

    /// <summary>Its name, as in <c>sandglass lab NAME</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What it shows, and what it cannot.</summary>
    public abstract ExperimentClaim Claim { get; }

    /// <summary>All that its rows depend on: results of another setting are other results.</summary>
    public abstract IReadOnlyList<ExperimentFact> Setting { get; }

    /// <summary>How many parts there are.</summary>
    public abstract int Parts { get; }

    /// <summary>How a row is written as JSON, and read back.</summary>
    public abstract JsonTypeInfo<TRow> RowJson { get; }

    /// <summary>Does one part.</summary>
    /// <param name="part">Which, from 0.</param>
    /// <param name="within">Is told how much of the part is done, from 0 to 1.</param>
    /// <returns>Its rows; none where the experiment goes no further, and the parts after it are not done either.</returns>
    private protected abstract Task<IReadOnlyList<TRow>> MeasureAsync(int part, Action<double> within, CancellationToken cancellation);

    /// <summary>Is told the rows of each part in order, those that were kept too.</summary>
    private protected virtual void Learn(IReadOnlyList<TRow> rows)
    {
    }

    /// <summary>Does all parts, and gives their rows as they come.</summary>
    /// <param name="results">Where finished parts are kept: what it has is taken from there and not done again. Null to keep none.</param>
    /// <param name="progress">Reports how much is done; called from several threads. Null for no reports.</param>
    /// <param name="cancellationToken">Ends the loop with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="OptionException">The model cannot do what is asked.</exception>
    public async IAsyncEnumerable<TRow> RunAsync(
        ExperimentFile<TRow>? results = null, IProgress<ExperimentProgress>? progress = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (IReadOnlyList<TRow> rows in PartsAsync(results, progress, cancellationToken).ConfigureAwait(false))
            foreach (TRow row in rows) yield return row;
    }

    /// <summary>Does all parts, and gives what <see cref="ExperimentFile{TRow}"/> would keep, a line each: what it is, then the rows of each part.</summary>
    internal async IAsyncEnumerable<byte[]> LinesAsync(IProgress<ExperimentProgress> progress, [EnumeratorCancellation] CancellationToken cancellation)
    {
        yield return ExperimentFile<TRow>.Header(this);
        int part = 0;
        await foreach (IReadOnlyList<TRow> rows in PartsAsync(null, progress, cancellation).ConfigureAwait(false))
            yield return ExperimentFile<TRow>.Line(part++, rows, RowJson);
    }

    private async IAsyncEnumerable<IReadOnlyList<TRow>> PartsAsync(
        ExperimentFile<TRow>? results, IProgress<ExperimentProgress>? progress, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (int part = 0; part < Parts; part++)
        {
            int at = part;
            void Report(double within) => progress?.Report(new ExperimentProgress(at, Parts, within));
            Report(0);
            cancellation.ThrowIfCancellationRequested();
            IReadOnlyList<TRow>? rows = results?.Find(part);
            if (rows is null)
            {
                rows = await MeasureAsync(part, Report, cancellation).ConfigureAwait(false);
                if (rows.Count == 0) yield break;
                results?.Add(rows);
            }
            Learn(rows);
            yield return rows;
        }
    }
}
