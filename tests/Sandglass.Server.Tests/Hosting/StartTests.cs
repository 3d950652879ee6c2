namespace Sandglass.Server.Tests;

[Collection(ServerCollection.Name)]
public class StartTests(ServerFixture fixture)
{
    [Fact]
    public async Task A_server_that_does_not_start_leaves_nothing_behind()
    {
        HandClock clock = new();
        ServerOptions options = new() { Models = [fixture.Small], Address = "http://127.0.0.1:0", KeyFile = "no such file of keys", Time = clock };

        await Assert.ThrowsAsync<KeyFileException>(() => SandglassServer.StartAsync(options));
        Assert.Equal(0, clock.Timers);
    }
}
