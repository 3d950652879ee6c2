using System.CommandLine;

namespace Sandglass.Cli;

/// <summary>Options that do no harm and show nothing; a hint says why.</summary>
internal static class IdleOption
{
    /// <summary>Tells a person which options a beam search ignores; scripts may pass them.</summary>
    public static void NoteBesideBeams(ParseResult parsed, Terminal terminal, params IEnumerable<Option> options)
    {
        string[] given = Given(parsed, options);
        if (terminal.ErrorIsTerminal && given.Length > 0) terminal.Note(
            $"Hint: {string.Join(" and ", given)} {(given.Length == 1 ? "plays" : "play")} no part with --beams, which draw no token.");
    }

    /// <summary>Says once which of the options show only with <c>--json</c>, where that is not given.</summary>
    public static void Note(ParseResult parsed, Terminal terminal, bool json, params Option[] options)
    {
        string[] given = Given(parsed, options);
        if (!json && given.Length > 0) terminal.Note($"Hint: {string.Join(" and ", given)} {(given.Length == 1 ? "shows" : "show")} only with --json.");
    }

    private static string[] Given(ParseResult parsed, IEnumerable<Option> options) =>
        [.. options.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
}
