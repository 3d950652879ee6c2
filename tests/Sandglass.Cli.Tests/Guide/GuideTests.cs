using Sandglass.Tests;

namespace Sandglass.Cli.Tests;

/// <summary>The guide prints what its commands print, on any machine. <c>SANDGLASS_WRITE_GUIDE=1</c> writes the pages anew instead.</summary>
public class GuideTests
{
    internal static bool Writes => Environment.GetEnvironmentVariable("SANDGLASS_WRITE_GUIDE") == "1";

    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(Folder, "*.md").Select(page => Path.GetFileName(page)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(Checkout.Folder, "docs", "guide");

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_shows_what_its_commands_print(string name)
    {
        string path = Path.Combine(Folder, name);
        GuidePage page = new(path);

        string made = page.Rewritten();

        if (Writes) File.WriteAllText(path, made);
        else Assert.Equal(page.Text, made);
    }
}
