using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sandglass.Cli;

/// <summary>Where the tool speaks: text and JSON on standard output, everything else on standard error. UTF-8 without a mark, whatever the locale.</summary>
internal sealed class Terminal
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private const int BrokenPipe = 32;      // EPIPE
    private const int UsualWidth = 80;

    public Terminal()
    {
        Bytes = Open(1);
        Output = new StreamWriter(Bytes, Utf8, bufferSize: 1024) { AutoFlush = true, NewLine = "\n" };
        Error = new StreamWriter(new Unheard(Open(2)), Utf8, bufferSize: 1024) { AutoFlush = true, NewLine = "\n" };

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

    /// <summary>Columns of the terminal. Asked only where it matters: asking sends codes to it.</summary>
    public static int Width => Console.WindowWidth is > 1 and int width ? width : UsualWidth;

    /// <summary>A line beside the output: dim where there are colours, broken between words where a terminal is too narrow for it.</summary>
    public void Note(string line)
    {
        foreach (string part in Wrapped(line, ErrorIsTerminal)) Error.WriteLine(ErrorHasColour ? $"\e[2m{part}\e[0m" : part);
    }

    /// <summary>A line of text on standard output, broken between words where a terminal is too narrow for it.</summary>
    /// <param name="indent">Blanks before each of its lines.</param>
    public void WriteLine(string text, int indent = 0)
    {
        string before = new(' ', indent);
        foreach (string part in Wrapped(text, OutputIsTerminal, indent)) Output.WriteLine(before + part);
    }

    private static IEnumerable<string> Wrapped(string text, bool isTerminal, int indent = 0) =>
        isTerminal && indent + text.Length >= UsualWidth ? Words.Wrapped(text, Width - 1 - indent) : [text];

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

    /// <summary>
    /// A standard stream that fails when its reader is gone (the console's own swallows that, and a run into a closed pipe would go on) and
    /// sends nothing to a terminal but what is written to it.
    /// </summary>
    private static Stream Open(int descriptor)
    {
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                FileStream stream = new(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
                if (!stream.CanSeek) return stream;     // a file is left to the console's: ours would keep a position of its own
            }
            return descriptor == 1 ? Console.OpenStandardOutput() : Console.OpenStandardError();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Stream.Null;                         // whoever started the tool closed it
        }
    }

    /// <summary>Standard error where nobody may listen: what is beside the output never ends the tool.</summary>
    private sealed class Unheard(Stream error) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                error.Write(buffer);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // nobody listens
            }
        }

        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
