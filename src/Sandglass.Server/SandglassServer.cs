using Microsoft.AspNetCore.Builder;

namespace Sandglass.Server;

/// <summary>A web server that runs.</summary>
public sealed class SandglassServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private SandglassServer(WebApplication application) => _application = application;

    /// <summary>Where it listens, for instance <c>http://127.0.0.1:8080</c>.</summary>
    public string Address => _application.Urls.First();

    /// <summary>Starts one.</summary>
    /// <param name="address">Where to listen; port 0 for a free one.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<SandglassServer> StartAsync(string address, CancellationToken cancellationToken = default)
    {
        WebApplication application = WebApplication.CreateSlimBuilder().Build();
        application.Urls.Add(address);
        application.MapGet("/health", () => "ok");
        await application.StartAsync(cancellationToken).ConfigureAwait(false);
        return new SandglassServer(application);
    }

    /// <summary>Stops listening.</summary>
    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
