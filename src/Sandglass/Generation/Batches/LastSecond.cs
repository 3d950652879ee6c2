namespace Sandglass.Generation;

/// <summary>A sum over the last second, in pieces of a twentieth.</summary>
internal sealed class LastSecond
{
    private const int Pieces = 20;
    private static readonly TimeSpan Piece = TimeSpan.FromSeconds(1.0 / Pieces);

    private readonly (long Number, long Sum)[] _pieces = new (long, long)[Pieces];

    /// <summary>So many more, evenly over the time that a step took: one may take longer than a second.</summary>
    public void Add(TimeSpan at, TimeSpan took, long count)
    {
        long first = (long)((at - took) / Piece), last = (long)(at / Piece), pieces = last - first + 1;
        for (long i = Math.Max(0, pieces - Pieces); i < pieces; i++) Add(first + i, Share(count, i + 1, pieces) - Share(count, i, pieces));
    }

    private static long Share(long count, long i, long pieces) => (long)((Int128)count * i / pieces);

    private void Add(long number, long count)
    {
        ref (long Number, long Sum) piece = ref _pieces[number % Pieces];
        if (piece.Number != number) piece = (number, 0);
        piece.Sum += count;
    }

    /// <summary>How many there were in the second before a time.</summary>
    public long At(TimeSpan time)
    {
        long now = (long)(time / Piece), sum = 0;
        foreach ((long number, long count) in _pieces)
            if (number > now - Pieces && number <= now) sum += count;
        return sum;
    }
}
