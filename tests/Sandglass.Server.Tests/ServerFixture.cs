namespace Sandglass.Server.Tests;

/// <summary>One server with two small models for all tests of the collection, since loading takes longer than most of them.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    /// <summary>The models, which tests also ask without the server.</summary>
    public ServedModel Grain { get; private set; } = null!;

    /// <summary>Another one.</summary>
    public ServedModel Small { get; private set; } = null!;

    /// <summary>The server.</summary>
    public SandglassServer Server { get; private set; } = null!;

    /// <summary>Speaks to it.</summary>
    public HttpClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Grain = await ServedModel.LoadAsync("embedded:grain-6m");
        Small = await ServedModel.LoadAsync("embedded:grain-1m");
        Server = await SandglassServer.StartAsync(new ServerOptions { Models = [Grain, Small], Address = "http://127.0.0.1:0" });
        Client = new HttpClient { BaseAddress = new Uri(Server.Address) };
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        Grain.Dispose();
        Small.Dispose();
    }
}

/// <summary>Tests that share the server.</summary>
[CollectionDefinition(Name)]
public sealed class ServerCollection : ICollectionFixture<ServerFixture>
{
    public const string Name = "server";
}
