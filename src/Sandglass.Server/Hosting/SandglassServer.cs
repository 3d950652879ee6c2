using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sandglass.Server;

/// <summary>A web server that runs, with the API of OpenAI.</summary>
public sealed class SandglassServer : IAsyncDisposable
{
    /// <summary>For clients to take the last words of answers that had to be ended.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    /// <summary>For connections to close, after all requests have ended: none of them has anything more to say.</summary>
    private static readonly TimeSpan Closing = TimeSpan.FromSeconds(0.5);

    private readonly WebApplication _application;
    private readonly ServerState _state;
    private readonly KeyStore _keys;

    private SandglassServer(WebApplication application, ServerState state, KeyStore keys) => (_application, _state, _keys) = (application, state, keys);

    /// <summary>Where it listens, for instance <c>http://127.0.0.1:8080</c>.</summary>
    public string Address => _application.Urls.First();

    /// <summary>Whether requests need a key.</summary>
    public bool NeedsKeys => _keys.AreNeeded;

    /// <summary>Requests under way.</summary>
    internal int Running => _state.Drain.Running;

    /// <summary>The keys.</summary>
    internal KeyStore Keys => _keys;

    /// <summary>Starts one: it takes requests when this returns, the first one as quickly as the others.</summary>
    /// <param name="options">What to serve, and where. The models stay the caller's.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="KeyFileException">The file of keys cannot be used.</exception>
    /// <exception cref="IOException">The address is taken, or not this machine's.</exception>
    public static async Task<SandglassServer> StartAsync(ServerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return await StartAsync(options, isCold: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts one for the warm-up alone: its first requests take longer, and who listens to this process's instruments hears nothing of them.</summary>
    internal static Task<SandglassServer> StartColdAsync(ServerOptions options, CancellationToken cancellation) =>
        StartAsync(options, isCold: true, cancellation);

    private static async Task<SandglassServer> StartAsync(ServerOptions options, bool isCold, CancellationToken cancellationToken)
    {
        WebApplication application = Build(options);
        ILoggerFactory logs = application.Services.GetRequiredService<ILoggerFactory>();
        ServerState? state = null;
        KeyStore? keys = null;
        try
        {
            state = new ServerState(options, logs.CreateLogger<ServerTelemetry>(), isPrivate: isCold);
            keys = new KeyStore(options.KeyFile, options.Key, logs.CreateLogger<KeyStore>(), options.Time);
            if (options.KeyFile is not null)
            {
                keys.Changed = ring => Weigh(options.Models, ring);
                Weigh(options.Models, keys.Ring);
            }
            application.Use(new Probes(state.Drain).Handle);
            application.Use(PatientBody.For(options.Limits.ReadTime, options.Time));
            application.Use(PageFiles.Handle);      // before the log, which is of the API, and before keys are asked for
            application.Use(new RequestLog(state.Telemetry, state.Ids, options.Time, logs.CreateLogger<RequestLog>()).Handle);
            application.Use(UnreadBodies.Handle);
            application.Use(ErrorMiddleware.Handle);
            application.UseRouting();       // before the gates, so that the log names the route of what they refuse
            application.Use(new DrainGate(state.Drain).Handle);
            application.Use(new KeyGate(keys, options.SharePrefixes).Handle);
            application.Use(ReferencePage.Redirect);
            Routes.Map(application, state);
            if (!isCold) await WarmUp.RunAsync(logs.CreateLogger(typeof(WarmUp)), cancellationToken).ConfigureAwait(false);
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
            return new SandglassServer(application, state, keys);
        }
        catch
        {
            keys?.Dispose();
            state?.Dispose();
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends it: nothing new is taken, and what runs may finish for a time; what still runs then is ended, and says so to its client.</summary>
    /// <param name="patience">For what runs.</param>
    /// <returns>How many requests had to be ended.</returns>
    public async Task<int> DrainAsync(TimeSpan patience)
    {
        int ended = await _state.Drain.FinishAsync(patience, _state.Options.Time).ConfigureAwait(false);
        try
        {
            await _state.Drain.Idle.WaitAsync(LastWords, _state.Options.Time).ConfigureAwait(false);     // they are told to, and write their last words
        }
        catch (TimeoutException)
        {
            // a client that does not read: its connection is closed without them
        }
        using CancellationTokenSource closing = new(Closing);
        await _application.StopAsync(closing.Token).ConfigureAwait(false);
        return ended;
    }

    /// <summary>Stops at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync().ConfigureAwait(false);
        _keys.Dispose();
        _state.Dispose();
    }

    private static void Weigh(IReadOnlyList<ServedModel> models, KeyRing ring)
    {
        Dictionary<string, double> weights = ring.Keys.ToDictionary(key => key.Name, key => key.Limits.Weight);
        foreach (ServedModel model in models) model.Model.ChangeTenantWeights(weights);
    }

    private static WebApplication Build(ServerOptions options)
    {
        // an empty one: no files of settings are looked for, no environment is read, no signal is taken
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => KestrelLimits.Set(kestrel, options.Limits))
            .UseSockets(KestrelLimits.Set).UseUrls(options.Address);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Closing);
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);     // a start that fails throws, and its caller says why
        options.Logging?.Invoke(builder.Logging);
        if (options.ExportTelemetry) TelemetryExport.Add(builder);
        return builder.Build();
    }
}
