namespace Sandglass.Cli;

/// <summary>A text in a file, byte by byte as it stands there: a byte order mark is part of the text too.</summary>
internal static class TextFile
{
    /// <summary>The path that means standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>The most bytes of a text: more than any book, and less than an endless device would fill memory with.</summary>
    private const int Most = 1 << 30;

    /// <summary>Reads it all. A named pipe is waited for, and the wait ends when it is cancelled.</summary>
    /// <exception cref="WrongInputException">There is no such file, or it cannot be read.</exception>
    public static async Task<byte[]> ReadAsync(string option, string path, CancellationToken cancellation)
    {
        CommandLineWord.RefusePath(option, path);
        if (Directory.Exists(path)) throw new WrongInputException($"{option}: expected a text file, found the directory {path}.");
        if (!File.Exists(path)) throw new WrongInputException($"{option}: no file at {path}. Give the path of a text file.");
        try
        {
            // opening a pipe waits for its writer and cannot be cancelled: it happens on a thread of its own, for which the process does not wait
            Task<byte[]> reading = Task.Factory.StartNew(
                () => ReadAll(File.OpenRead(path), path), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return await reading.WaitAsync(cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new WrongInputException($"{option}: expected a file that can be read, found {path}: {failure.Message}");
        }
    }

    /// <summary>Reads a source to its end and closes it.</summary>
    /// <param name="name">What it is called in a message.</param>
    /// <exception cref="WrongInputException">It has no end, or one beyond any text.</exception>
    public static byte[] ReadAll(Stream source, string name)
    {
        using Stream closed = source;
        using MemoryStream all = new();
        byte[] part = new byte[1 << 16];
        for (int count; (count = source.Read(part)) > 0;)
        {
            all.Write(part, 0, count);
            if (all.Length > Most) throw new WrongInputException($"Expected a text of at most {Amount.Whole(Most)} bytes, found more in {name}.");
        }
        return all.ToArray();
    }
}
