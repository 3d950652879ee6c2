using System.CommandLine;

namespace Sandglass.Cli;

/// <summary>Options that do no harm and show nothing: whoever gave them is told why.</summary>
internal static class IdleOption
{
    /// <summary>Says once which of the options show only with <c>--json</c>, where that is not given.</summary>
    public static void Note(ParseResult parsed, Terminal terminal, bool json, params Option[] options)
    {
        string[] given = [.. options.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
        if (!json && given.Length > 0) terminal.Note($"Hint: {string.Join(" and ", given)} {(given.Length == 1 ? "shows" : "show")} only with --json.");
    }
}
