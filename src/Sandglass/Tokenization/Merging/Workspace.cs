namespace Sandglass.Tokenization;

/// <summary>What one call of <c>Encode</c> writes to; calls at the same time have one each.</summary>
internal sealed class Workspace
{
    private const int TooLargeToKeep = 1 << 20;
    private Piece[] _pieces = new Piece[64];
    private char[] _letters = new char[64];
    private byte[] _word = new byte[64];
    private int[] _borders = new int[65];

    public WordCache Words { get; } = new();

    public PairMerger Merger { get; } = new();

    /// <summary>Room for the pieces of a word of so many symbols.</summary>
    public Span<Piece> Pieces(int count) => Room(ref _pieces, count);

    /// <summary>Room for a word with one character a byte, as dictionaries want it.</summary>
    public Span<char> Letters(int count) => Room(ref _letters, count);

    /// <summary>Room for a word's bytes after normalisation.</summary>
    public Span<byte> Word(int count) => Room(ref _word, count);

    /// <summary>Room for where each border between the bytes of <see cref="Word"/> lies in the text.</summary>
    public Span<int> Borders(int count) => Room(ref _borders, count);

    /// <summary>Whether a giant word has made this too large to keep for the next call.</summary>
    public bool IsHuge => Math.Max(_letters.Length, _word.Length) > TooLargeToKeep;

    private static Span<T> Room<T>(ref T[] room, int count)
    {
        if (room.Length < count) room = new T[Math.Max(count, (int)Math.Min(2L * room.Length, Array.MaxLength))];
        return room;
    }
}
