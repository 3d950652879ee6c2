namespace Sandglass.Server.Tests;

/// <summary>A server that listens says that it is there.</summary>
public class HealthTests
{
    [Fact]
    public async Task A_server_on_a_free_port_is_healthy()
    {
        await using SandglassServer server = await SandglassServer.StartAsync("http://127.0.0.1:0");
        using HttpClient client = new() { BaseAddress = new Uri(server.Address) };

        Assert.Equal("ok", await client.GetStringAsync("health"));
    }
}
