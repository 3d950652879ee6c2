using Sandglass.Generation;

namespace Sandglass.Cli.Tests;

/// <summary>What a traced run leaves where its output fails, or its file as well.</summary>
public sealed class TracedRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "trace.json");

    [Fact]
    public async Task The_first_error_is_told_where_the_file_fails_too()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        Output output = new(() =>
        {
            Directory.CreateDirectory(Path);        // the file cannot have its name
            throw new InvalidOperationException("first");
        });

        Assert.Equal("first", (await Assert.ThrowsAsync<InvalidOperationException>(() => Show(model, output))).Message);
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task Where_only_the_output_fails_the_file_is_whole()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        Output output = new(() => throw new InvalidOperationException("first"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => Show(model, output));
        Assert.EndsWith("}\n", File.ReadAllText(Path), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task Show(LanguageModel model, Output output)
    {
        await using TextTrace trace = model.TraceAsync([1, 2, 3], new GenerationOptions { MaxTokens = 4, IgnoreEnd = true });
        using TraceFile file = new(Path, trace.Start, model.Tokenizer);
        await new TracedRun(trace, file, output, explains: false).ShowAsync(() => { });
    }

    private sealed class Output(Action token) : IRunOutput
    {
        public void Token(GeneratedToken _, bool isShared) => token();

        public void End(GenerationResult result) { }
    }
}
