using System.CommandLine;
using Sandglass.Cli;

WiderProgram.GoOn();
using Interruption interruption = new();
interruption.Listen();
Terminal terminal = new();
bool json = args.TakeWhile(word => word != "--").Contains("--json");
try
{
    ParseResult parsed = SandglassCommand.Parse(terminal, args, interruption);
    if (parsed.Action is System.CommandLine.Invocation.ParseErrorAction) return ErrorMessage.Of(parsed).Tell(terminal, json);

    terminal.IsQuiet = parsed.GetValue<bool>(SandglassCommand.Quiet);
    return await parsed.InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,           // the commands end by themselves, with their figures
        Output = terminal.Output,
        Error = terminal.Error,
    }, interruption.Token);
}
catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
{
    terminal.Note("cancelled");                     // by a command that has no figures to show
    return ExitCode.Cancelled;
}
catch (Exception failure) when (terminal.ReaderLeft(failure))
{
    return ExitCode.Done;                           // as in `sandglass run | head`: the reader has enough
}
catch (Exception failure)
{
    return ErrorMessage.Of(failure).Tell(terminal, json);
}
