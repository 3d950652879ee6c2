namespace Sandglass.Cli;

/// <summary>The path of a file that is deleted when this is disposed of, or when the process is asked to end before that.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string extension)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"sandglass-{Guid.NewGuid():N}{extension}");
        AppDomain.CurrentDomain.ProcessExit += Delete;
    }

    public string Path { get; }

    public void Dispose()
    {
        Delete(null, EventArgs.Empty);
        AppDomain.CurrentDomain.ProcessExit -= Delete;      // not before: a process that ends in between would leave the file
    }

    private void Delete(object? sender, EventArgs e) => File.Delete(Path);
}
