using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sandglass.Cli;

/// <summary>Where the tool speaks: text and JSON on standard output, everything else on standard error. UTF-8 without a mark, whatever the locale.</summary>
internal sealed class Terminal
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private const int BrokenPipe = 32;      // EPIPE

    public Terminal()
    {
        Bytes = OpenOutput();
        Output = new StreamWriter(Bytes, Utf8, bufferSize: 1024) { AutoFlush = true, NewLine = "\n" };
        Error = new StreamWriter(Console.OpenStandardError(), Utf8, bufferSize: 1024) { AutoFlush = true, NewLine = "\n" };

        // https://no-color.org: set and not empty
        bool wanted = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not "dumb";
        HasColour = wanted && OutputIsTerminal;
        ErrorHasColour = wanted && ErrorIsTerminal;
    }

    /// <summary>Standard output, not buffered.</summary>
    public Stream Bytes { get; }

    /// <summary>Standard output as text.</summary>
    public TextWriter Output { get; }

    /// <summary>Standard error as text.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether a person reads standard output.</summary>
    public bool OutputIsTerminal { get; } = !Console.IsOutputRedirected;

    /// <summary>Whether a person reads standard error.</summary>
    public bool ErrorIsTerminal { get; } = !Console.IsErrorRedirected;

    /// <summary>Whether standard input comes from a pipe or a file.</summary>
    public bool InputIsPiped { get; } = Console.IsInputRedirected;

    /// <summary>Whether standard output takes colours.</summary>
    public bool HasColour { get; }

    /// <summary>Whether standard error takes colours.</summary>
    public bool ErrorHasColour { get; }

    /// <summary>A line beside the output: dim where there are colours.</summary>
    public void Note(string line) => Error.WriteLine(ErrorHasColour ? $"\e[2m{line}\e[0m" : line);

    /// <summary>Text of a model's or a stranger's, safe to show: a control character cannot reach the terminal as one.</summary>
    public static string Harmless(string text)
    {
        if (!text.Any(IsDangerous)) return text;
        return string.Concat(text.Select(c => !IsDangerous(c) ? c : c < ' ' ? (char)('\u2400' + c) : '\uFFFD'));
    }

    /// <summary>All of standard input, as it comes.</summary>
    public static async Task<byte[]> ReadInputAsync(CancellationToken cancellation)
    {
        using MemoryStream all = new();
        await using Stream input = Console.OpenStandardInput();
        await Task.Run(() => input.CopyTo(all), CancellationToken.None).WaitAsync(cancellation); // a read of a pipe cannot be called off
        return all.ToArray();
    }

    /// <summary>Whether a failure only says that nobody reads standard output any more.</summary>
    public bool ReaderLeft(Exception failure) => failure is IOException && failure.HResult == BrokenPipe && !OutputIsTerminal;

    private static bool IsDangerous(char c) => c is < ' ' and not '\n' and not '\t' or >= '\x7F' and <= '\x9F';

    /// <summary>Standard output as a stream that fails when its reader is gone: the console's own swallows that, and a run into a closed pipe would go on.</summary>
    private static Stream OpenOutput()
    {
        if (!OperatingSystem.IsWindows() && Console.IsOutputRedirected)
        {
            FileStream stream = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!stream.CanSeek) return stream;     // a file is left to the console's: ours would keep a position of its own
        }
        return Console.OpenStandardOutput();
    }
}
