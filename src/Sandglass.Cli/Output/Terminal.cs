using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sandglass.Cli;

/// <summary>The tool's output: text and JSON on standard output, everything else on standard error. UTF-8 without a mark, whatever the locale.</summary>
internal sealed class Terminal
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private const int BrokenPipe = 32;      // EPIPE
    private const int UsualWidth = 80;

    public Terminal()
    {
        Bytes = StandardStreams.OpenOutput(StandardStreams.Output);
        Output = new StreamWriter(Bytes, Utf8, bufferSize: 1024) { AutoFlush = true, NewLine = "\n" };
        Error = new StreamWriter(new Unheard(StandardStreams.OpenOutput(StandardStreams.Error)), Utf8, bufferSize: 1024) { AutoFlush = true, NewLine = "\n" };

        // https://no-color.org: set and not empty
        bool isDumb = Environment.GetEnvironmentVariable("TERM") is "dumb";
        bool wanted = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && !isDumb;
        HasColour = wanted && OutputIsTerminal;
        ErrorHasColour = wanted && ErrorIsTerminal;
        ErrorCanRewrite = !isDumb && ErrorIsTerminal;
    }

    /// <summary>Standard output, not buffered.</summary>
    public Stream Bytes { get; }

    /// <summary>Standard output as text.</summary>
    public TextWriter Output { get; }

    /// <summary>Standard error as text.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether a person reads standard output.</summary>
    public bool OutputIsTerminal { get; } = StandardStreams.IsOpen(StandardStreams.Output) && !Console.IsOutputRedirected;

    /// <summary>Whether a person reads standard error.</summary>
    public bool ErrorIsTerminal { get; } = StandardStreams.IsOpen(StandardStreams.Error) && !Console.IsErrorRedirected;

    /// <summary>Whether standard input is no terminal: a pipe or a file, or closed.</summary>
    public bool InputIsPiped { get; } = !StandardStreams.IsOpen(StandardStreams.Input) || Console.IsInputRedirected;

    /// <summary>Whether there is a standard input that can be read.</summary>
    public bool InputIsReadable { get; } = StandardStreams.IsOpen(StandardStreams.Input) && StandardStreams.IsReadable(StandardStreams.Input);

    /// <summary>Whether standard output takes colours.</summary>
    public bool HasColour { get; }

    /// <summary>Whether standard error takes colours.</summary>
    public bool ErrorHasColour { get; }

    /// <summary>Whether a line on standard error can be erased and rewritten.</summary>
    public bool ErrorCanRewrite { get => field && !IsQuiet; }

    /// <summary>Columns of the terminal; it may be resized at any time.</summary>
    public static int Width => StandardStreams.Columns() ?? UsualWidth;

    /// <summary>Whether standard error carries errors only.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>Ends a line of output before a note: both streams may go to the same place.</summary>
    public void EndLine()
    {
        if (OutputIsTerminal) Output.WriteLine();
        else if (!IsQuiet) Error.WriteLine();
    }

    /// <summary>Whether notes are lines of a log in JSON, as those beside them are.</summary>
    public bool NotesAreJson { get; set; }

    /// <summary>A note on standard error: dim where there are colours, broken between words where a terminal is too narrow for it.</summary>
    /// <param name="line">What it says; what it quotes of a file may hold anything.</param>
    /// <param name="level">For a log.</param>
    public void Note(string line, string level = "info")
    {
        if (IsQuiet) return;
        if (NotesAreJson)
        {
            WriteJson(json =>
            {
                json.WriteString("time", TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
                json.WriteString("level", level);
                json.WriteString("source", "sandglass");
                json.WriteString("message", line);
            });
            return;
        }
        foreach (string part in Wrapped(Harmless(line), ErrorIsTerminal)) Error.WriteLine(ErrorHasColour ? $"\e[2m{part}\e[0m" : part);
    }

    /// <summary>A line of text on standard output, broken between words where a terminal is too narrow for it.</summary>
    /// <param name="indent">Blanks before each of its lines.</param>
    public void WriteLine(string text, int indent = 0)
    {
        string before = new(' ', indent);
        foreach (string part in Wrapped(text, OutputIsTerminal, indent)) Output.WriteLine(before + part);
    }

    /// <summary>What went wrong, in as many lines as a terminal needs.</summary>
    public void Tell(string error)
    {
        foreach (string part in Wrapped(Harmless(error), ErrorIsTerminal)) Error.WriteLine(part);
    }

    /// <summary>What went wrong, as one object on a line of standard error.</summary>
    public void TellJson(string message, string code)
    {
        WriteJson(json =>
        {
            json.WriteStartObject("error");
            json.WriteString("code", code);
            json.WriteString("message", message);
            json.WriteEndObject();
        });
    }

    private void WriteJson(Action<Utf8JsonWriter> write)
    {
        using MemoryStream line = new();
        JsonLines lines = new(line);
        write(lines.Begin());
        lines.End();
        Error.Write(Utf8.GetString(line.ToArray()));
    }

    private static IEnumerable<string> Wrapped(string text, bool isTerminal, int indent = 0) => isTerminal ? Words.Wrapped(text, Width - 1 - indent) : [text];

    /// <summary>Text from a model or a file, safe to show: no control character reaches the terminal as one.</summary>
    public static string Harmless(string text)
    {
        if (!text.Any(IsDangerous)) return text;
        return string.Concat(text.Select(c => !IsDangerous(c) ? c : c < ' ' ? (char)('\u2400' + c) : '\uFFFD'));
    }

    /// <summary>All of standard input, as it comes.</summary>
    /// <exception cref="WrongInputException">It is closed, or cannot be read.</exception>
    public static async Task<byte[]> ReadInputAsync(CancellationToken cancellation)
    {
        if (!StandardStreams.IsOpen(StandardStreams.Input)) throw NoInput("is closed");
        if (!StandardStreams.IsReadable(StandardStreams.Input)) throw NoInput("cannot be read, as under nohup");
        Stream input = StandardStreams.OpenInput();
        try
        {
            // a read of a pipe cannot be called off
            return await Task.Run(() => TextFile.ReadAll(input, "standard input"), CancellationToken.None).WaitAsync(cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw NoInput($"cannot be read ({failure.Message.TrimEnd('.')})");
        }
    }

    private static WrongInputException NoInput(string why) =>
        new($"There is no text: standard input {why}. Give one as an argument, through a pipe, or in a file.");

    /// <summary>Whether a failure only says that the reader of standard output has left.</summary>
    public bool ReaderLeft(Exception failure) => failure is IOException && failure.HResult == BrokenPipe && !OutputIsTerminal;

    private static bool IsDangerous(char c) => c is < ' ' and not '\n' and not '\t' or >= '\x7F' and <= '\x9F';

    /// <summary>Standard error that may have no reader: a failing note never ends the tool.</summary>
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
                // no reader
            }
        }

        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
