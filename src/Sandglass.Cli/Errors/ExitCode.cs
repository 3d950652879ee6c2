namespace Sandglass.Cli;

/// <summary>What the tool returns to the shell.</summary>
internal static class ExitCode
{
    /// <summary>Done, also when a limit stopped the text.</summary>
    public const int Done = 0;

    /// <summary>A failure of ours, or of the machine.</summary>
    public const int Failed = 1;

    /// <summary>Wrong input: the message says what, where, what was expected.</summary>
    public const int WrongInput = 2;

    /// <summary>Ctrl-C, or a request to end: 128 and SIGINT's number, as shells count.</summary>
    public const int Cancelled = 130;
}
