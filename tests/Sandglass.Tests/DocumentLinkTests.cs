using System.Text.RegularExpressions;

namespace Sandglass.Tests;

/// <summary>What the documents point at is there.</summary>
public partial class DocumentLinkTests
{
    [Fact]
    public void Every_relative_link_leads_to_a_file_and_every_anchor_to_a_heading()
    {
        int links = 0;
        List<string> broken = [];
        foreach (string file in Documents())
        {
            foreach (Match match in Link().Matches(File.ReadAllText(file)))
            {
                string[] target = match.Groups["target"].Value.Split('#');
                links++;
                string path = target[0].Length == 0 ? file : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, target[0]));
                bool isThere = File.Exists(path) || Directory.Exists(path);
                if (!isThere || (target.Length > 1 && !Anchors(path)
                    .Contains(target[1]))) broken.Add($"{Path.GetRelativePath(Checkout.Folder, file)}: {match.Groups["target"].Value}");
            }
        }

        Assert.Empty(broken);
        Assert.True(links > 200, $"{links} links were found");
    }

    private static IEnumerable<string> Documents()
    {
        IEnumerable<string> top = Directory.EnumerateFiles(Checkout.Folder, "*.md");
        string[] folders = ["docs", "bench", "contract", "models", "samples", "src", "tests"];
        return top.Concat(folders.Select(folder => Path.Combine(Checkout.Folder, folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories)).Where(file => !IsBuilt(file)));
    }

    /// <summary>Whether a build made or fetched it: packages of others bring pages along.</summary>
    private static bool IsBuilt(string file) =>
        Path.GetRelativePath(Checkout.Folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin");

    /// <summary>The anchors that a page's headings get where it is shown.</summary>
    private static HashSet<string> Anchors(string page) =>
        [.. File.ReadLines(page).Where(line => line.StartsWith('#'))
            .Select(line => NotInAnchors().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex(@"\]\((?<target>(?!https?:|mailto:)[^)\s]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NotInAnchors();
}
