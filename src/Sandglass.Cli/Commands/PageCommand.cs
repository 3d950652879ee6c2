using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Server;

namespace Sandglass.Cli;

/// <summary><c>sandglass page</c>: the page that <c>serve</c> opens, as a folder for any server of files.</summary>
internal sealed class PageCommand(Terminal terminal)
{
    private readonly Option<string> _folder = new("--out", "-o") { Description = "The folder to write into; made where it is not there.", HelpName = "DIR", Required = true };

    private readonly Option<string[]> _traces = new("--trace")
    {
        Description = "A trace that run --trace wrote, to be replayed there. May be given several times.",
        HelpName = "FILE",
    };

    public Command Create()
    {
        Command command = new("page", "Write the page of serve as a folder of files, which any server of files can serve, with recorded traces to replay.");
        command.Add(_folder);
        command.Add(_traces);
        command.SetAction(Write);
        return command;
    }

    // of its own, so that no other command looks for the web server's assemblies
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Write(ParseResult parsed)
    {
        string folder = parsed.GetValue(_folder)!;
        if (!PageFolder.Exists) throw new WrongInputException(PageFolder.HowToGetIt);
        List<(string Name, byte[] Content)> traces = [];
        foreach (string file in parsed.GetValue(_traces) ?? [])
        {
            string name = Path.GetFileName(file);
            if (traces.Exists(trace => trace.Name == name)) throw new WrongInputException($"--trace: expected files of different names, found {name} twice.");
            traces.Add((name, Read(file)));
        }
        try
        {
            int files = PageFolder.Write(folder, traces);
            terminal.Note($"{Amount.Of(files, "file")} written to {folder}. Serve the folder over HTTP: a browser loads no scripts from a disk.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new WrongInputException($"--out: {folder} cannot be written to: {failure.Message}");
        }
        return ExitCode.Done;
    }

    private static byte[] Read(string file)
    {
        try
        {
            byte[] content = File.ReadAllBytes(file);
            using JsonDocument json = JsonDocument.Parse(content);
            bool isTrace = json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("format", out JsonElement format) && format.ValueKind == JsonValueKind.String && format.ValueEquals(TraceJson.Format);
            return isTrace ? content : throw new WrongInputException($"--trace: {file} is no trace; expected what sandglass run --trace FILE writes.");
        }
        catch (JsonException broken)
        {
            throw new WrongInputException($"--trace: {file} is no JSON ({broken.Message}); expected what sandglass run --trace FILE writes.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new WrongInputException($"--trace: {file} cannot be read: {failure.Message}");
        }
    }
}
