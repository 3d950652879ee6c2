using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Sandglass.Kernels;

namespace Sandglass.ModelFiles;

/// <summary>Throws for every defect that a model file can have; docs/errors.md describes the codes.</summary>
internal static class Fail
{
    /// <summary>A string from a file, cut at a length that only a hostile file exceeds.</summary>
    public static string Short(string text) => text.Length > 200 ? text[..200] + "…" : text;

    [DoesNotReturn]
    public static void Missing(string file) => Throw("file-missing", file, "path", "a model file", "nothing there");

    [DoesNotReturn]
    public static void IsDirectory(string file) => Throw("file-is-directory", file, "path", "a model file", "a directory");

    [DoesNotReturn]
    public static void Unreadable(string file, string found) => Throw("file-unreadable", file, "content", "a file that can be read", found.TrimEnd('.'));

    [DoesNotReturn]
    public static void Shrunk(string file, long expected, long found) =>
        Throw("file-shrunk", file, "length", $"{expected} bytes, as when it was opened", $"the end at {found}");

    [DoesNotReturn]
    public static void NotGguf(string file, string found) => Throw("gguf-magic", file, "first four bytes", "GGUF", found);

    [DoesNotReturn]
    public static void BigEndian(string file, uint found) =>
        Throw("gguf-big-endian", file, "version", "a little-endian file", $"a big-endian one (version 0x{found:X8})");

    [DoesNotReturn]
    public static void Version(string file, uint found) => Throw("gguf-version", file, "version", "2 or 3", $"{found}");

    [DoesNotReturn]
    public static void NewerVersion(string file, uint found) =>
        Throw("gguf-version-newer", file, "version", "2 or 3", $"{found}, which is newer than this program");

    [DoesNotReturn]
    public static void Truncated(string file, string field, long expected, long found) =>
        Throw("gguf-truncated", file, field, $"{expected} more bytes", $"{found}");

    [DoesNotReturn]
    public static void Count(string file, string field, ulong found, long limit) =>
        Throw("gguf-count", file, field, $"at most {limit} in the bytes that are left", $"{found}");

    [DoesNotReturn]
    public static void HeaderSize(string file, string field, long limit, long position, long bytes) =>
        Throw("gguf-header-size", file, field, $"a header of at most {limit} bytes", $"at least {bytes} more bytes from byte {position} on");

    [DoesNotReturn]
    public static void TextLength(string file, string field, ulong found, long limit) =>
        Throw("gguf-text-length", file, field, $"at most {limit} bytes", $"{found}");

    [DoesNotReturn]
    public static void EmptyName(string file, string field) => Throw("gguf-empty-name", file, field, "a name", "an empty one");

    [DoesNotReturn]
    public static void Kind(string file, string field, uint found) => Throw("gguf-kind", file, field, "a value type from 0 to 12", $"{found}");

    [DoesNotReturn]
    public static void TooDeep(string file, string field, int limit) =>
        Throw("gguf-list-depth", file, field, $"lists inside each other at most {limit} deep", "deeper ones");

    [DoesNotReturn]
    public static void Duplicate(string file, string field) => Throw("gguf-duplicate", file, field, "each name once", "it a second time");

    [DoesNotReturn]
    public static void Alignment(string file, string found) =>
        Throw("gguf-alignment", file, "metadata general.alignment", "a power of two from 1 to 1048576", found);

    [DoesNotReturn]
    public static void DimensionCount(string file, string field, uint found) => Throw("gguf-dimensions", file, field, "at most 4 dimensions", $"{found}");

    [DoesNotReturn]
    public static void Dimension(string file, string field, ulong found) =>
        Throw("gguf-dimension", file, field, "fewer than 2^63, and fewer than 2^63 values in all", $"{found}");

    [DoesNotReturn]
    public static void TensorKind(string file, string field, uint found) =>
        Throw("gguf-tensor-type", file, field, "a tensor type that the format has",
            $"{found}, {(found <= (uint)Enum.GetValues<TensorType>()[^1] ? "which it has retired" : "which is unknown, or newer than this program")}");

    [DoesNotReturn]
    public static void RowSize(string file, string field, int expected, long found) =>
        Throw("gguf-row-size", file, field, $"rows of whole blocks of {expected} values", $"{found} values");

    [DoesNotReturn]
    public static void Unaligned(string file, string field, long expected, ulong found) =>
        Throw("gguf-offset-unaligned", file, field, $"a multiple of {expected}", $"{found}");

    [DoesNotReturn]
    public static void PastEnd(string file, string field, long expected, ulong offset, long bytes) =>
        Throw("gguf-offset-past-end", file, field, $"an end within the {Math.Max(expected, 0)} bytes of data in the file", $"{bytes} bytes from {offset} on");

    [DoesNotReturn]
    public static void Overlap(string file, string field, string found) => Throw("gguf-overlap", file, field, "bytes of its own", $"it inside tensor {found}");

    /// <summary>A defect in the block that begins at value number <paramref name="value"/> of the tensor.</summary>
    [DoesNotReturn]
    public static void NotFinite(string file, TensorInfo tensor, long value) =>
        Throw("tensor-not-finite", file, Place(tensor, value), "finite numbers", "an infinite one or NaN");

    /// <summary>A number that is valid, but too large for the type that was asked for.</summary>
    [DoesNotReturn]
    public static void OutOfRange(string file, TensorInfo tensor, long value, TensorType target, float found) =>
        Throw("quantize-range", file, Place(tensor, value), $"numbers that {target} can hold", string.Create(CultureInfo.InvariantCulture, $"{found}"));

    private static string Place(TensorInfo tensor, long value) =>
        $"tensor {Short(tensor.Name)}, row {value / tensor.Columns}, columns from {value % tensor.Columns}";

    [DoesNotReturn]
    public static void Throw(string code, string file, string field, string expected, string found) =>
        throw new ModelFileException(code, file, field, expected, found);
}
