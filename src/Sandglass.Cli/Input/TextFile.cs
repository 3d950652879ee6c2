namespace Sandglass.Cli;

/// <summary>A text in a file, byte by byte as it stands there: also a mark at its beginning is text.</summary>
internal static class TextFile
{
    /// <exception cref="WrongInputException">There is no such file, or it cannot be read.</exception>
    public static async Task<byte[]> ReadAsync(string option, string path, CancellationToken cancellation)
    {
        if (Directory.Exists(path)) throw new WrongInputException($"{option}: expected a text file, found the directory {path}.");
        if (!File.Exists(path)) throw new WrongInputException($"{option}: no file at {path}. Give the path of a text file.");
        try
        {
            return await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new WrongInputException($"{option}: expected a file that can be read, found {path}: {failure.Message}");
        }
    }
}
