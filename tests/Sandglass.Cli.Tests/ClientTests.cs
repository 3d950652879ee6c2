using System.Text.RegularExpressions;
using Sandglass.Tests;

namespace Sandglass.Cli.Tests;

/// <summary>The clients that people use from JavaScript (OpenAI's, Vercel's, LangChain's) against the server: the tests of tests/clients.</summary>
public sealed partial class ClientTests(ClientTests.Serving serving) : IClassFixture<ClientTests.Serving>
{
    private static readonly string[] Codes =
        [.. Line().Matches(File.ReadAllText(Path.Combine(Checkout.Folder, "docs", "errors.md"))).Select(line => line.Groups[1].Value)];

    public static TheoryData<string> Files => [.. NodeFolder.Tests];

    [NodeTheory]
    [MemberData(nameof(Files))]
    public void They_are_served_as_they_expect(string file)
    {
        int passed = NodeFolder.Run(file, serving.Server, Codes);

        Assert.True(passed >= 1, $"{passed} tests");
    }

    /// <summary>One server for all of them.</summary>
    public sealed class Serving : IDisposable
    {
        internal RunningServer Server { get; } = RunningServer.Start([]);

        public void Dispose() => Server.Dispose();
    }

    /// <summary>A theory that needs Node.js; skipped, with the reason, where it is absent.</summary>
    private sealed class NodeTheoryAttribute : TheoryAttribute
    {
        public NodeTheoryAttribute() => Skip = NodeFolder.Lacks;
    }

    [GeneratedRegex(@"^\| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Line();
}
