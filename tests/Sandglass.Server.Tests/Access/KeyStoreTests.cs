using Microsoft.Extensions.Logging;

namespace Sandglass.Server.Tests;

/// <summary>Keys change without a restart, and a broken file changes nothing.</summary>
public sealed class KeyStoreTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly HandClock _clock = new();
    private readonly HeardLog<KeyStore> _log = new();

    [Fact]
    public void A_changed_file_is_read_again_and_a_broken_one_leaves_the_keys()
    {
        Write("alice");
        using KeyStore store = new(_file, null, _log, _clock);
        KeyHolder alice = store.Find("key of alice")!;

        Write("alice", "bob");
        _clock.Turn(TimeSpan.FromSeconds(3));
        Assert.Equal("bob", store.Find("key of bob")!.Name);
        Assert.Same(alice, store.Find("key of alice"));         // what she took is not forgotten

        File.WriteAllText(_file, "{\"keys\":[");
        _clock.Turn(TimeSpan.FromSeconds(3));
        _clock.Turn(TimeSpan.FromSeconds(3));
        Assert.NotNull(store.Find("key of bob"));

        File.Delete(_file);
        _clock.Turn(TimeSpan.FromSeconds(3));
        Assert.NotNull(store.Find("key of bob"));

        Write("carol");
        _clock.Turn(TimeSpan.FromSeconds(3));
        Assert.Null(store.Find("key of bob"));
        Assert.NotNull(store.Find("key of carol"));
        Assert.Equal(["Information", "Error", "Error", "Information"], _log.Levels);    // each once, however often the file is looked at
        Assert.Contains("key-file-json", _log.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_wants_to_know_hears_of_a_change_once_and_of_a_broken_file_never()
    {
        Write("alice");
        List<double> weights = [];
        using KeyStore store = new(_file, null, _log, _clock) { Changed = ring => weights.Add(ring.Keys[0].Limits.Weight) };
        File.WriteAllText(_file, File.ReadAllText(_file).Replace("}]", ",\"weight\":2}]", StringComparison.Ordinal));
        for (int i = 0; i < 3; i++) _clock.Turn(TimeSpan.FromSeconds(3));
        File.WriteAllText(_file, "{");
        _clock.Turn(TimeSpan.FromSeconds(3));

        Assert.Equal([2], weights);
    }

    [Fact]
    public void The_environments_key_stands_beside_those_of_the_file()
    {
        Write("alice");
        using KeyStore both = new(_file, "key of the environment", _log, _clock), none = new(null, null, _log, _clock);

        Assert.Equal(KeyStore.FromEnvironment, both.Find("key of the environment")!.Name);
        Assert.Equal("alice", both.Find("key of alice")!.Name);
        Assert.True(both.AreNeeded);
        Assert.False(none.AreNeeded);
    }

    private void Write(params string[] names)
    {
        IEnumerable<string> entries = names.Select(name =>
            $"{{\"name\":\"{name}\",\"sha256\":\"{Convert.ToHexString(ApiKey.HashOf(System.Text.Encoding.UTF8.GetBytes($"key of {name}")))}\"}}");
        File.WriteAllText(_file, $"{{\"keys\":[{string.Join(',', entries)}]}}");
    }

    public void Dispose() => File.Delete(_file);
}

/// <summary>A log that a test reads.</summary>
internal sealed class HeardLog<T> : ILogger<T>
{
    private readonly List<(LogLevel Level, string Line)> _heard = [];

    public IEnumerable<string> Levels { get { lock (_heard) return [.. _heard.Select(one => one.Level.ToString())]; } }

    public IReadOnlyList<string> Lines { get { lock (_heard) return [.. _heard.Select(one => one.Line)]; } }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_heard) _heard.Add((logLevel, formatter(state, exception)));
    }
}
