using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Server;

/// <summary>The name of a model file's content: the SHA-256 of its tensors' and metadata's hashes, in pieces of a megabyte, so that nothing large is
/// held.</summary>
internal static class FileHash
{
    private const int PieceBytes = 1 << 20;

    /// <summary>In hex digits.</summary>
    public static string Of(ModelFile file, CancellationToken cancellation)
    {
        byte[] piece = new byte[PieceBytes], chain = new byte[2 * Sha256.HashBytes];    // chain: what came before, then the newest piece
        foreach ((_, byte[] bytes) in file.RawEntries()) Add(chain, bytes);
        foreach (TensorInfo tensor in file.Tensors)
        {
            Add(chain, System.Text.Encoding.UTF8.GetBytes($"{tensor.Name} {tensor.Type} {string.Join(',', tensor.Shape)}"));
            for (long at = 0; at < tensor.ByteCount; at += PieceBytes)
            {
                cancellation.ThrowIfCancellationRequested();
                Span<byte> part = piece.AsSpan(0, (int)Math.Min(PieceBytes, tensor.ByteCount - at));
                file.Read(tensor, at, part);
                Add(chain, part);
            }
        }
        return Convert.ToHexStringLower(chain.AsSpan(0, Sha256.HashBytes));
    }

    private static void Add(Span<byte> chain, ReadOnlySpan<byte> bytes)
    {
        Sha256.Hash(bytes, chain[Sha256.HashBytes..]);
        Sha256.Hash(chain, chain[..Sha256.HashBytes]);
    }
}
