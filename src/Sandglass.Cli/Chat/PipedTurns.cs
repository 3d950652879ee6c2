using System.Text;

namespace Sandglass.Cli;

/// <summary>A pipe or a file: each line is said, as it stands there; empty ones are nothing.</summary>
internal sealed class PipedTurns : ITurnInput
{
    private readonly StreamReader _reader = new(
        StandardStreams.IsOpen(StandardStreams.Input) && StandardStreams.IsReadable(StandardStreams.Input)
            ? StandardStreams.OpenInput()
            : throw new WrongInputException("There is nothing to answer: standard input cannot be read. Give lines through a pipe, or start it in a terminal."),
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), detectEncodingFromByteOrderMarks: false);

    // a read of a pipe cannot be called off, so it has a thread of its own, for which the process does not wait
    public Task<string?> NextAsync(CancellationToken cancellation) =>
        Task.Run(_reader.ReadLine, CancellationToken.None).WaitAsync(cancellation);
}
