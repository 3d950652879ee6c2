namespace Sandglass.Cli;

/// <summary>A text in a file, byte by byte as it stands there: a byte order mark is part of the text too.</summary>
internal static class TextFile
{
    /// <summary>The path that means standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Reads it all. A named pipe is waited for, and the wait ends when it is cancelled.</summary>
    /// <exception cref="WrongInputException">There is no such file, or it cannot be read.</exception>
    public static async Task<byte[]> ReadAsync(string option, string path, CancellationToken cancellation)
    {
        PathName.Refuse(option, path);
        if (Directory.Exists(path)) throw new WrongInputException($"{option}: expected a text file, found the directory {path}.");
        if (!File.Exists(path)) throw new WrongInputException($"{option}: no file at {path}. Give the path of a text file.");
        try
        {
            // opening a pipe waits for its writer and cannot be cancelled: it happens on a thread of its own, for which the process does not wait
            Task<byte[]> reading = Task.Factory.StartNew(
                () => File.ReadAllBytes(path), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return await reading.WaitAsync(cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new WrongInputException($"{option}: expected a file that can be read, found {path}: {failure.Message}");
        }
    }
}
