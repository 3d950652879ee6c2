using System.Text;

namespace Sandglass.Cli;

/// <summary>Checks paths. The runtime replaces bytes of the command line that are not UTF-8 by U+FFFD, and such a path leads to another file.</summary>
internal static class PathName
{
    private const char Replacement = '\uFFFD';
    private static readonly string[] Sources = ["/proc/self/cmdline", "/proc/self/environ"];

    /// <summary>Fails where a path is not the one that was given.</summary>
    /// <param name="option">The option, argument or variable that names the path.</param>
    public static void Refuse(string option, string path)
    {
        if (path.Contains(Replacement) && !IsAsGiven(path))
        {
            throw new WrongInputException(
                $"{option}: expected a path in UTF-8, found {path}, where {Replacement} stands for bytes that are not. {Remedy("file")}");
        }
        if (!Path.IsPathRooted(path) && Environment.CurrentDirectory is string folder && folder.Contains(Replacement) && !Directory.Exists(folder))
        {
            throw new WrongInputException(
                $"{option}: the current directory's name is not UTF-8 ({folder}), so {path} cannot be found from it. {Remedy("directory")}");
        }
    }

    private static string Remedy(string what) => $"Rename the {what}, or reach it through a link whose name is UTF-8.";

    // a name may contain U+FFFD itself: then the system's own bytes contain it too
    private static bool IsAsGiven(string path)
    {
        byte[] name = Encoding.UTF8.GetBytes(path);
        return Sources.Any(source => File.Exists(source) && File.ReadAllBytes(source).AsSpan().IndexOf(name) >= 0);
    }
}
