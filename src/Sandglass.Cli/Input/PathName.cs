using System.Text;

namespace Sandglass.Cli;

/// <summary>
/// Paths as they were given. The runtime turns bytes of the command line that are no UTF-8 into U+FFFD: such a path would lead to another file.
/// </summary>
internal static class PathName
{
    private const char Replacement = '\uFFFD';
    private static readonly string[] Sources = ["/proc/self/cmdline", "/proc/self/environ"];

    /// <summary>Fails where a path is not what was given, because that is no UTF-8.</summary>
    /// <param name="option">The option, argument or variable that names the path.</param>
    public static void Refuse(string option, string path)
    {
        if (path.Contains(Replacement) && !IsAsGiven(path))
            throw new WrongInputException($"{option}: expected a path in UTF-8, found {path}, where {Replacement} stands for bytes that are none. Rename the file, or reach it through a link whose name is UTF-8.");
        if (!Path.IsPathRooted(path) && Environment.CurrentDirectory is string folder && folder.Contains(Replacement) && !Directory.Exists(folder))
            throw new WrongInputException($"{option}: the current directory's name is not UTF-8 ({folder}), so that {path} cannot be found from it. Rename the directory, or reach it through a link whose name is UTF-8.");
    }

    // a path may have U+FFFD itself in its name: then the system's own bytes have it too
    private static bool IsAsGiven(string path)
    {
        byte[] name = Encoding.UTF8.GetBytes(path);
        return Sources.Any(source => File.Exists(source) && File.ReadAllBytes(source).AsSpan().IndexOf(name) >= 0);
    }
}
