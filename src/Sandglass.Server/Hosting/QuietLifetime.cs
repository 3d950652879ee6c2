using Microsoft.Extensions.Hosting;

namespace Sandglass.Server;

/// <summary>A server begins and ends when its owner says so: signals belong to the program that it runs in, and not to it.</summary>
internal sealed class QuietLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
