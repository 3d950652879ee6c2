using System.Text.RegularExpressions;
using Sandglass.Tests;

namespace Sandglass.Server.Tests;

/// <summary>The page of errors has a line for each code that the server answers with, with its status, and for no other.</summary>
public partial class ErrorCodesTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Checkout.Folder, "docs", "errors.md"));

    [Fact]
    public void The_page_lists_the_servers_codes_with_their_status()
    {
        string section = Page[Page.IndexOf("## Over HTTP", StringComparison.Ordinal)..];

        Assert.Equal(
            ErrorCodes.All.OrderBy(code => code.Key, StringComparer.Ordinal).Select(code => (code.Key, code.Value)),
            Line().Matches(section).Select(line => (line.Groups["code"].Value, int.Parse(line.Groups["status"].Value)))
                .OrderBy(line => line.Item1, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_code_that_the_sources_refuse_with_has_a_line()
    {
        IEnumerable<string> thrown = Directory.GetFiles(Path.Combine(Checkout.Folder, "src", "Sandglass.Server"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Thrown().Matches(File.ReadAllText(file))).Select(match => match.Groups["code"].Value).Distinct();

        Assert.Contains("parameter-unknown", thrown);
        Assert.All(thrown, code => Assert.Contains($"| `{code}` |", Page));
    }

    [GeneratedRegex("""^\| `(?<code>[^`]+)` \| (?<status>\d+) \|""", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex("""new (?:RequestException)?\(\s*"(?<code>[a-z]+(?:[-_][a-z]+)+)",""")]
    private static partial Regex Thrown();
}
