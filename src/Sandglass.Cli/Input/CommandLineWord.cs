using System.Text;

namespace Sandglass.Cli;

/// <summary>
/// Checks words of the command line. The runtime replaces bytes that are not UTF-8 by U+FFFD: such a path leads to another file, such a text is another text.
/// </summary>
internal static class CommandLineWord
{
    private const char Replacement = '\uFFFD';
    private static readonly string[] Sources = ["/proc/self/cmdline", "/proc/self/environ"];

    /// <summary>Fails where a text is not the one that was given.</summary>
    /// <param name="option">The option or argument that holds the text.</param>
    public static void RefuseText(string option, string text)
    {
        if (!text.Contains(Replacement) || IsAsGiven(text)) return;
        throw new WrongInputException(
            $"{option}: expected a text in UTF-8, found {text}, where {Replacement} stands for bytes that are not. " +
                "In a file or a pipe any bytes can be given.");
    }

    /// <summary>The texts of an option that may be given several times, each as it was given; none where it was not.</summary>
    public static string[] Texts(string option, string[]? texts)
    {
        foreach (string text in texts ?? []) RefuseText(option, text);
        return texts ?? [];
    }

    /// <summary>Fails where a path is not the one that was given.</summary>
    /// <param name="option">The option, argument or variable that names the path.</param>
    public static void RefusePath(string option, string path)
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
    private static bool IsAsGiven(string word)
    {
        byte[] name = Encoding.UTF8.GetBytes(word);
        return Sources.Any(source => File.Exists(source) && File.ReadAllBytes(source).AsSpan().IndexOf(name) >= 0);
    }
}
