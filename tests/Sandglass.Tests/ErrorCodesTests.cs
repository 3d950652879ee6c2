using System.Text.RegularExpressions;

namespace Sandglass.Tests;

/// <summary>An error's code is a promise to whoever looks it up: docs/errors.md has a line for each that the engine throws, and for no other.</summary>
public partial class ErrorCodesTests
{
    private static readonly string[] Thrown =
    [
        .. Directory.GetFiles(Path.Combine(Checkout.Folder, "src", "Sandglass"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => ThrownCode().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["code"].Value)
            .Distinct(),
    ];

    private static readonly string[] Documented =
        [.. DocumentedCode().Matches(File.ReadAllText(Path.Combine(Checkout.Folder, "docs", "errors.md"))).Select(match => match.Groups["code"].Value)];

    [Fact]
    public void Every_code_that_is_thrown_has_its_line()
    {
        Assert.Superset(new HashSet<string> { "gguf-magic", "metadata-kind", "tokenizer-pre", "sampling-option", "tensor-shape", "option-out-of-range", "prompt-empty" }, Thrown.ToHashSet()); // the search sees all rooms
        Assert.Empty(Thrown.Except(Documented));
    }

    [Fact]
    public void Every_line_is_of_a_code_that_is_thrown_and_stands_there_once()
    {
        Assert.Empty(Documented.Except(Thrown));
        Assert.Equal(Documented.Distinct(), Documented);
    }

    // new ModelFileException("…", new("…" where the type is known, Fail.Throw("…"
    [GeneratedRegex("""(?:Exception|Throw|\bnew)\(\s*"(?<code>[a-z0-9]+(?:-[a-z0-9]+)+)"\s*,""")]
    private static partial Regex ThrownCode();

    [GeneratedRegex("""^\| `(?<code>[^`]+)` \|""", RegexOptions.Multiline)]
    private static partial Regex DocumentedCode();
}
