using System.CommandLine;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Sandglass.Server;

namespace Sandglass.Cli;

/// <summary><c>sandglass serve</c>: models over HTTP, through the API of OpenAI, until a signal ends it.</summary>
internal sealed class ServeCommand(Terminal terminal)
{
    private const string Chance = "/dev/urandom";

    // with one a processor, two bodies that take long to read would let /health wait until the pool makes another thread, half a second later
    private const int PoolThreads = 16;

    private readonly ServedChoice _models = new();
    private readonly ServerChoice _server = new();

    public Command Create()
    {
        Command command = new(
            "serve",
            "Serve models over HTTP with the API of OpenAI, many requests at once. Standard output gets one line when requests are taken, standard error " +
                "the log.");
        _server.AddTo(command);
        _models.AddTo(command);
        command.SetAction(ServeAsync);
        return command;
    }

    // of its own, so that no other command looks for the web server's assemblies
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<int> ServeAsync(ParseResult parsed, CancellationToken cancellation)
    {
        ThreadPool.GetMinThreads(out int threads, out int ports);
        ThreadPool.SetMinThreads(Math.Max(threads, PoolThreads), ports);
        IPEndPoint place = _server.EndPoint(parsed);
        if (OperatingSystem.IsLinux() && !File.Exists(Chance))
            throw new WrongInputException(
                $"There is no {Chance}, which the web server takes its random numbers from. Every container has one; mount it into this root.");
        terminal.NotesAreJson = _server.LogIsJson(parsed, terminal);
        IReadOnlyList<ServedModel> models = _models.Load(parsed, terminal, options => _server.With(parsed, options), cancellation);
        try
        {
            await using SandglassServer server = await StartAsync(_server.Options(parsed, terminal, models), place, cancellation);
            if (!server.NeedsKeys && !IPAddress.IsLoopback(place.Address)) terminal.Note(
                $"Warning: {place.Address} can be reached from other machines, and no key is needed. Give --api-key-file FILE or set {KeyStore.Variable}.",
                level: "warning");
            WriteListening(server.Address);
            await UntilCancelledAsync(cancellation);

            TimeSpan patience = _server.Drain(parsed);
            terminal.Note($"Stopping: what runs may finish within {Amount.Short(patience.TotalSeconds)} s.");
            int ended = await server.DrainAsync(patience);
            if (ended > 0) terminal.Note($"{Amount.Of(ended, "request")} had to be ended.");
            return ExitCode.Done;
        }
        finally
        {
            foreach (ServedModel model in models) model.Dispose();
        }
    }

    private static async Task<SandglassServer> StartAsync(ServerOptions options, IPEndPoint place, CancellationToken cancellation)
    {
        try
        {
            return await SandglassServer.StartAsync(options, cancellation);
        }
        catch (IOException failure) when (failure is not FileNotFoundException)
        {
            throw new WrongInputException(
                $"{place} cannot be listened on: {(failure.InnerException ?? failure).Message.TrimEnd('.')}. Give another --port (0 takes a free one) " +
                    "or --host.");
        }
    }

    private static async Task UntilCancelledAsync(CancellationToken cancellation)
    {
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = cancellation.Register(cancelled.SetResult);
        await cancelled.Task;
    }

    private void WriteListening(string address)
    {
        JsonLines lines = new(terminal.Bytes);
        Utf8JsonWriter json = lines.Begin();
        json.WriteString("listening", address);
        lines.End();
    }
}
