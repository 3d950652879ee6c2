using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Sandglass.Server;

/// <summary>A web server that runs, with the API of OpenAI.</summary>
public sealed class SandglassServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private SandglassServer(WebApplication application) => _application = application;

    /// <summary>Where it listens, for instance <c>http://127.0.0.1:8080</c>.</summary>
    public string Address => _application.Urls.First();

    /// <summary>Starts one: it takes requests when this returns.</summary>
    /// <param name="options">What to serve, and where. The models stay the caller's.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<SandglassServer> StartAsync(ServerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(options.Address);
        builder.WebHost.ConfigureKestrel(kestrel => KestrelLimits.Set(kestrel, options.Limits));

        WebApplication application = builder.Build();
        application.Use(ErrorMiddleware.Handle);
        application.UseRouting();
        Routes.Map(application, new ServerState(options));
        await application.StartAsync(cancellationToken).ConfigureAwait(false);
        return new SandglassServer(application);
    }

    /// <summary>Stops listening.</summary>
    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
