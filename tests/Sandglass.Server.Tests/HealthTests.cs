namespace Sandglass.Server.Tests;

/// <summary>A server that listens says that it is there.</summary>
[Collection(ServerCollection.Name)]
public class HealthTests(ServerFixture fixture)
{
    [Fact]
    public async Task A_server_on_a_free_port_is_healthy() =>
        Assert.Equal("""{"status":"ok"}""", await fixture.Client.GetStringAsync("health"));
}
