using System.Numerics;
using System.Runtime.InteropServices;

namespace Sandglass.Tokenization;

/// <summary>The pieces of words seen before. Text repeats words, and a lookup costs a tenth of merging.</summary>
/// <remarks>Bounded: it is cleared when its room for words or pieces is used up. Not thread-safe.</remarks>
internal sealed class WordCache
{
    /// <summary>Longer words are rare and are not kept.</summary>
    public const int LongestWord = 48;

    private const int Slots = 1 << 15;
    private const int Probes = 8;       // bounds the cost of words that collide, by chance or by intent
    private readonly Slot[] _slots = new Slot[Slots];
    private readonly byte[] _words = new byte[256 << 10];
    private readonly Piece[] _pieces = new Piece[64 << 10];
    private int _wordBytes, _pieceCount;

    private struct Slot
    {
        public ulong Hash;
        public int Word, Pieces;
        public byte WordLength, PieceCount;     // length 0: free
    }

    /// <summary>Finds the pieces of a word.</summary>
    public bool TryFind(ReadOnlySpan<byte> word, out ReadOnlySpan<Piece> pieces)
    {
        ulong hash = Hash(word);
        for (int probe = 0; probe < Probes; probe++)
        {
            ref Slot slot = ref _slots[(int)((hash + (ulong)probe) % Slots)];
            if (slot.WordLength == 0) break;
            if (slot.Hash != hash || !word.SequenceEqual(_words.AsSpan(slot.Word, slot.WordLength))) continue;

            pieces = _pieces.AsSpan(slot.Pieces, slot.PieceCount);
            return true;
        }
        pieces = default;
        return false;
    }

    /// <summary>Adds a word that is not in the cache.</summary>
    public void Add(ReadOnlySpan<byte> word, ReadOnlySpan<Piece> pieces)
    {
        if (word.Length > LongestWord || word.IsEmpty || pieces.Length > byte.MaxValue) return;
        if (_wordBytes + word.Length > _words.Length || _pieceCount + pieces.Length > _pieces.Length) Clear();

        ulong hash = Hash(word);
        ulong place = hash;
        for (int probe = 0; probe < Probes; probe++)
        {
            if (_slots[(int)((hash + (ulong)probe) % Slots)].WordLength != 0) continue;
            place = hash + (ulong)probe;
            break;
        }
        _slots[(int)(place % Slots)] =
            new Slot { Hash = hash, Word = _wordBytes, Pieces = _pieceCount, WordLength = (byte)word.Length, PieceCount = (byte)pieces.Length };
        word.CopyTo(_words.AsSpan(_wordBytes));
        pieces.CopyTo(_pieces.AsSpan(_pieceCount));
        _wordBytes += word.Length;
        _pieceCount += pieces.Length;
    }

    private void Clear()
    {
        Array.Clear(_slots);
        _wordBytes = _pieceCount = 0;
    }

    private static ulong Hash(ReadOnlySpan<byte> word)
    {
        const ulong Odd = 0x9E3779B97F4A7C15;
        ulong hash = (ulong)word.Length;
        ReadOnlySpan<byte> rest = word;
        for (; rest.Length >= 8; rest = rest[8..]) hash = (BitOperations.RotateLeft(hash, 23) ^ MemoryMarshal.Read<ulong>(rest)) * Odd;
        ulong last = 0;
        foreach (byte value in rest) last = last << 8 | value;
        hash = (BitOperations.RotateLeft(hash, 23) ^ last) * Odd;
        return hash ^ hash >> 32;
    }
}
