using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sandglass.Cli.Tests;

/// <summary>A page of docs/guide. Its blocks of <c>console</c> hold lines that begin with <c>$ sandglass</c>, each with what it prints below.</summary>
/// <remarks>What is measured, and what differs between processors, is written as <c>…</c>. A line may end in <c>2&gt;&amp;1</c>, and in <c>| head -N</c>
/// or <c>| tail -N</c> for some of its lines. Texts and pictures (<c>-f NAME.txt</c>, <c>--plot NAME.svg</c>) stand beside the page; of a
/// picture charts that are measured are not compared.</remarks>
internal sealed partial class GuidePage(string path)
{
    private const string Begin = "```console", End = "```", Prompt = "$ sandglass ";

    /// <summary>The page as it stands.</summary>
    public string Text { get; } = File.ReadAllText(path).ReplaceLineEndings("\n");

    /// <summary>The page with what its commands print now.</summary>
    public string Rewritten()
    {
        StringBuilder made = new();
        bool isInside = false;
        foreach (string line in Text.TrimEnd('\n').Split('\n'))
        {
            bool begins = line == Begin, ends = isInside && line == End, isCommand = isInside && line.StartsWith(Prompt, StringComparison.Ordinal);
            isInside = begins || (isInside && !ends);
            if (begins || ends || isCommand || !isInside) made.Append(line).Append('\n');
            if (isCommand) made.Append(Printed(line[Prompt.Length..]));
        }
        return made.ToString();
    }

    private string Printed(string command)
    {
        Match part = Part().Match(command);
        if (part.Success) command = command[..part.Index];
        bool both = command.EndsWith(" 2>&1", StringComparison.Ordinal);
        if (both) command = command[..^5];
        string[] words = [.. Word().Matches(command).Select(match => match.Value.Trim('"'))];

        for (int i = 0; i < words.Length; i++)
        {
            if (words[i].EndsWith(".txt", StringComparison.Ordinal)) words[i] = Path.Combine(Path.GetDirectoryName(path)!, words[i]);
        }
        using Folder folder = new();
        int picture = Array.FindIndex(words, word => word.EndsWith(".svg", StringComparison.Ordinal));
        string? name = picture < 0 ? null : words[picture];
        if (name is not null) words[picture] = Path.Combine(folder.Path, name);
        ToolRun run = Tool.Run(words).Done();
        if (name is not null) Keep(name, File.ReadAllText(words[picture]));

        string[] lines = Without(run.Text + (both ? run.Error : "")).TrimEnd('\n').Split('\n');
        if (part.Success) lines = [.. part.Groups[1].Value == "head" ? lines.Take(Count(part)) : lines.TakeLast(Count(part))];
        return string.Concat(lines.Select(line => line.TrimEnd() + "\n"));
    }

    private static int Count(Match part) => int.Parse(part.Groups[2].ValueSpan, CultureInfo.InvariantCulture);

    private void Keep(string name, string made)
    {
        string kept = Path.Combine(Path.GetDirectoryName(path)!, name), before = File.Exists(kept) ? File.ReadAllText(kept) : "";
        if (!GuideTests.Writes) Assert.Equal(Repeatable(before), Repeatable(made));
        else if (Repeatable(before) != Repeatable(made)) File.WriteAllText(kept, made);
    }

    /// <summary>A picture up to the first chart whose label says that it is measured.</summary>
    private static string Repeatable(string picture)
    {
        picture = picture.ReplaceLineEndings("\n");
        Match measured = MeasuredChart().Match(picture);
        return measured.Success ? picture[..measured.Index] : picture;
    }

    private static string Without(string printed)
    {
        printed = Rate().Replace(printed.ReplaceLineEndings("\n"), "$1…$2");
        printed = Guesses().Replace(printed, "guessed …, right …");
        printed = Member().Replace(printed, "$1…");
        return Row().Replace(printed, "$1…");
    }

    [GeneratedRegex(@" \| (head|tail) -(\d+)$")]
    private static partial Regex Part();

    [GeneratedRegex("<text[^>]*>[^<]*measured</text>")]
    private static partial Regex MeasuredChart();

    [GeneratedRegex("\"[^\"]*\"|[^ ]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"(first after |prefill |decode )[\d.,]+( m?s| tokens/s)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"guessed \d+, right \d+")]      // how many are worth making, the time of a step decides
    private static partial Regex Guesses();

    [GeneratedRegex("""("(?:ttftMs|prefillTokensPerSecond|decodeTokensPerSecond|kernels)":)[^,}]+""")]
    private static partial Regex Member();

    // the last column of lab cache
    [GeneratedRegex(@"^( with(?:out)? .*?\S +)[\d.]+$", RegexOptions.Multiline)]
    private static partial Regex Row();

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("sandglass-guide").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
