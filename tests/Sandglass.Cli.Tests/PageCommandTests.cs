using Sandglass.Server;

namespace Sandglass.Cli.Tests;

/// <summary><c>page</c>: the folder that it writes, and what it refuses.</summary>
public sealed class PageCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sandglass-page-");

    public void Dispose() => _folder.Delete(recursive: true);

    private string Out => Path.Combine(_folder.FullName, "site");

    [Fact]
    public void Files_are_written_that_need_no_server_of_ours()
    {
        if (!PageFolder.Exists)
        {
            ToolRun refused = Tool.Run("page", "--out", Out);
            Assert.Equal(2, refused.Code);
            Assert.Contains("BuildWeb=true", refused.Error);
            return;
        }
        string trace = Path.Combine(_folder.FullName, "a tale.json");
        File.WriteAllText(trace, "{\"format\":\"sandglass-trace\"}");

        ToolRun done = Tool.Run("page", "--out", Out, "--trace", trace);
        string html = File.ReadAllText(Path.Combine(Out, "index.html"));

        Assert.Equal(0, done.Code);
        Assert.Equal("", done.Text);
        Assert.Contains("name=\"sandglass-traces\" content=\"traces/a%20tale.json\"", html);
        Assert.DoesNotContain("content=\"server\"", html);
        Assert.True(File.Exists(Path.Combine(Out, "traces", "a tale.json")));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(Out, "assets"), "*.js"));
        Assert.DoesNotContain("\"/assets", html);       // any path will do
    }

    [Theory]
    [InlineData("{\"format\":\"other\"}", "is no trace")]
    [InlineData("[]", "is no trace")]
    [InlineData("{", "is no JSON")]
    public void What_is_no_trace_is_refused(string content, string said)
    {
        string trace = Path.Combine(_folder.FullName, "trace.json");
        File.WriteAllText(trace, content);

        ToolRun refused = Tool.Run("page", "--out", Out, "--trace", trace);

        Assert.Equal(2, refused.Code);
        Assert.Contains(PageFolder.Exists ? said : "BuildWeb=true", refused.Error);
        Assert.False(Directory.Exists(Out));
    }
}
