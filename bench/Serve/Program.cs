using System.CommandLine;
using System.CommandLine.Help;
using Sandglass.ServeBench;
using Sandglass.ServeBench.Client;

Sockets.HandleWhereTheyWait();
Options options = new();
RootCommand command = options.CreateCommand();
HelpOption help = command.Options.OfType<HelpOption>().First();
help.Action = new HelpText((HelpAction)help.Action!);
command.SetAction((parsed, cancellation) => parsed.GetValue(options.Url) is { } url
    ? OneServer.MeasureAsync(options, parsed, url, cancellation)
    : InTurns.MeasureAsync(options, parsed, cancellation));

try
{
    return await command.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
{
    Console.Error.WriteLine(failure.Message);
    return 2;
}
