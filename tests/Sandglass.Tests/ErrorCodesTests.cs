using System.Text.RegularExpressions;

namespace Sandglass.Tests;

/// <summary>An error's code is a promise to whoever looks it up: docs/errors.md has a line for each that the engine throws, below the exception that carries
/// it, and for no other.</summary>
public partial class ErrorCodesTests
{
    private static readonly (string Code, string Exception)[] Thrown =
    [
        .. Directory.GetFiles(Path.Combine(Checkout.Folder, "src", "Sandglass"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => CodesIn(File.ReadAllText(file)))
            .Distinct(),
    ];

    private static readonly (string Code, string Exception)[] Documented = [.. Lines(File.ReadLines(Path.Combine(Checkout.Folder, "docs", "errors.md")))];

    [Fact]
    public void Every_code_that_is_thrown_has_its_line_below_its_exception()
    {
        // the search sees all rooms, and all ways to throw
        (string, string)[] some =
        [
            ("gguf-magic", "ModelFileException"), ("metadata-kind", "ModelFileException"), ("tokenizer-pre", "ModelFileException"),
            ("tensor-shape", "ModelFileException"), ("synthetic-name", "ModelFileException"),
            ("sampling-option", "SamplingException"), ("option-out-of-range", "GenerationException"), ("prompt-empty", "GenerationException"),
            ("cache-too-small", "GenerationException"),
            ("cache-full", "KvCacheException"), ("kernel-path", "KernelPathException"),
        ];
        Assert.Superset(some.ToHashSet(), Thrown.ToHashSet());
        Assert.Empty(Thrown.Except(Documented));
    }

    [Fact]
    public void Every_line_is_of_a_code_that_is_thrown_and_stands_there_once()
    {
        Assert.Empty(Documented.Except(Thrown));
        Assert.Equal(Documented.Select(line => line.Code).Distinct(), Documented.Select(line => line.Code));
    }

    /// <summary>Codes with the exception that the throw names; a target-typed <c>new</c> and a method that throws leave the one that the file names.</summary>
    private static IEnumerable<(string Code, string Exception)> CodesIn(string source)
    {
        foreach (Match thrown in ThrownCode().Matches(source))
        {
            string how = thrown.Groups["how"].Value;
            if (how is "Fail.Throw") yield return (thrown.Groups["code"].Value, "ModelFileException");
            else if (how.EndsWith("Exception", StringComparison.Ordinal)) yield return (thrown.Groups["code"].Value, how);
            else yield return (thrown.Groups["code"].Value, Assert.Single(NamedException().Matches(source).Select(named => named.Value).Distinct()));
        }
    }

    // the server's own codes stand below a heading without an exception, and have a test of their own
    private static IEnumerable<(string Code, string Exception)> Lines(IEnumerable<string> page)
    {
        string exception = "";
        foreach (string line in page)
        {
            if (line.StartsWith('#')) exception = NamedException().Match(line).Value;
            if (exception.Length > 0 && DocumentedCode().Match(line) is { Success: true } code) yield return (code.Groups["code"].Value, exception);
        }
    }

    // new ModelFileException("…", new("…" where the type is known, Fail.Throw("…"
    [GeneratedRegex("""(?<how>\w+Exception|(?:Fail\.)?Throw|\bnew)\(\s*"(?<code>[a-z0-9]+(?:-[a-z0-9]+)+)"\s*,""")]
    private static partial Regex ThrownCode();

    [GeneratedRegex("(?:ModelFile|KvCache|Sampling|Generation|Busy|KernelPath|Template|Plan)Exception")]
    private static partial Regex NamedException();

    [GeneratedRegex("""^\| `(?<code>[^`]+)` \|""")]
    private static partial Regex DocumentedCode();
}
