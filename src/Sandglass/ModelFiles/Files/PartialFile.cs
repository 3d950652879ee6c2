namespace Sandglass.ModelFiles;

/// <summary>A file that is written under another name in the folder of its own, and gets that when it is complete. Until then it is deleted with this object,
/// and when the process is asked to end.</summary>
internal sealed class PartialFile : IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private readonly FileStream? _stream;           // null until there is one
    private readonly Lock _changing = new();        // a process that ends waits for whoever creates or deletes it
    private volatile bool _isComplete;      // then its other name may be another's

    /// <summary>Creates it.</summary>
    /// <exception cref="ModelFileException">Nothing can be written there.</exception>
    public PartialFile(string path)
    {
        _path = WholeFile.Destination(path);
        if (Directory.Exists(_path)) Fail.Throw("write-failed", _path, "output", "a file", "a directory");
        lock (_changing)
        {
            AppDomain.CurrentDomain.ProcessExit += Discard;     // from before there is a file until after there is none
            try
            {
                (_stream, _partial) = Create(_path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                AppDomain.CurrentDomain.ProcessExit -= Discard;
                throw Refused(e);
            }
        }
    }

    /// <summary>Writes into it.</summary>
    /// <exception cref="ModelFileException">The system refused, for instance because there is no room.</exception>
    public void Write(Action<Stream> write)
    {
        try
        {
            write(_stream!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused(e);
        }
    }

    /// <summary>It is whole: gives it its name, in place of what is there.</summary>
    /// <exception cref="ModelFileException">As <see cref="Write"/>.</exception>
    public void Complete()
    {
        try
        {
            _stream!.Dispose();
            WholeFile.RefuseSpecial(_path);         // it may have appeared during the write
            File.Move(_partial, _path, overwrite: true);
            _isComplete = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused(e);
        }
    }

    /// <summary>Deletes it, where it was not completed.</summary>
    public void Dispose()
    {
        Discard(null, EventArgs.Empty);
        AppDomain.CurrentDomain.ProcessExit -= Discard;
    }

    private static (FileStream Stream, string Partial) Create(string path)
    {
        string folder = Path.GetDirectoryName(path) ?? "";
        for (int i = 0; ; i++)
        {
            string partial = Path.Combine(folder, $".sandglass-{Environment.ProcessId}-{i}.partial");   // short, so valid whatever the file's own name is
            try
            {
                return (new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16), partial);
            }
            catch (IOException) when (i < 1000 && Path.Exists(partial))
            {
                // taken by another write of this process, or left by a killed process of the same id
            }
        }
    }

    private ModelFileException Refused(Exception e) => new("write-failed", _path, "output", "a place that can be written", e.Message.TrimEnd('.'));

    private void Discard(object? sender, EventArgs e)
    {
        lock (_changing)
        {
            if (_stream is null) return;
            Try(_stream.Dispose);       // fails where what it still holds cannot be written, and is closed all the same
            if (!_isComplete) Try(() => File.Delete(_partial));
        }
    }

    private static void Try(Action discard)
    {
        try
        {
            discard();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // the original error is the one to report
        }
    }
}
