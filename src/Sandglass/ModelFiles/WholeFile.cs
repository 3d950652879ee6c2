namespace Sandglass.ModelFiles;

/// <summary>Writes a file whole or not at all: beside its place first, then renamed.</summary>
internal static class WholeFile
{
    public static void Write(string path, Action<Stream> write)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0')) Fail.Throw("write-failed", path, "output", "the path of a file", "none");
        if (Directory.Exists(path)) Fail.Throw("write-failed", path, "output", "a file", "a directory");
        string partial = $"{path}.{Environment.ProcessId}.partial";
        try
        {
            using (FileStream stream = new(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
                write(stream);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Discard(partial);
            Fail.Throw("write-failed", path, "output", "a place that can be written", e.Message.TrimEnd('.'));
        }
        catch
        {
            Discard(partial);
            throw;
        }
    }

    private static void Discard(string partial)
    {
        try
        {
            File.Delete(partial);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the first error is the one to report
        }
    }
}
