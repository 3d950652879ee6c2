namespace Sandglass.Tokenization;

/// <summary>The buffers of one call of <c>Encode</c>; concurrent calls have one each.</summary>
internal sealed class Workspace
{
    private const int TooLargeToKeep = 1 << 16;     // entries: together a few megabytes
    private Piece[] _pieces = new Piece[64];
    private char[] _letters = new char[64];
    private byte[] _word = new byte[64];
    private int[] _borders = new int[65];

    public WordCache Words { get; } = new();

    public PairMemo Pairs { get; } = new();

    public PairMerger Merger { get; } = new();

    /// <summary>Room for the pieces of a word of this many symbols.</summary>
    public Span<Piece> Pieces(int count) => Room(ref _pieces, count);

    /// <summary>Room for a word with one character per byte, the form in which dictionaries look it up.</summary>
    public Span<char> Letters(int count) => Room(ref _letters, count);

    /// <summary>Room for a word's bytes after normalisation.</summary>
    public Span<byte> Word(int count) => Room(ref _word, count);

    /// <summary>Room for the place in the text of each border between bytes of <see cref="Word"/>.</summary>
    public Span<int> Borders(int count) => Room(ref _borders, count);

    /// <summary>Whether a very long word has made this too large to keep.</summary>
    public bool IsHuge => Math.Max(Math.Max(_letters.Length, _word.Length), Math.Max(_pieces.Length, Merger.Size)) > TooLargeToKeep;

    private static Span<T> Room<T>(ref T[] room, int count)
    {
        if (room.Length < count) room = new T[Math.Max(count, (int)Math.Min(2L * room.Length, Array.MaxLength))];
        return room;
    }
}
