using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Sandglass.Server;

/// <summary>The keys that are valid now, and their holders. A file of keys is read again when it changes; a broken one leaves the keys as they were.</summary>
public sealed partial class KeyStore : IDisposable
{
    /// <summary>The variable of the environment that may hold a key.</summary>
    public const string Variable = "SANDGLASS_API_KEY";

    /// <summary>The name of the holder of the key in the environment.</summary>
    public const string FromEnvironment = "environment";

    /// <summary>How often the file is looked at. (Its changes are not waited for: shared and mounted folders do not tell of them.)</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, KeyHolder> _holders = new(StringComparer.Ordinal);
    private readonly ApiKey? _ofEnvironment;
    private readonly string? _file;
    private readonly ILogger<KeyStore> _log;
    private readonly TimeProvider _time;
    private readonly ITimer? _timer;
    private (DateTime Written, long Length) _seen;
    private volatile KeyRing _ring = KeyRing.Empty;

    /// <summary>Reads the keys.</summary>
    /// <param name="file">The file of keys, or null.</param>
    /// <param name="environmentKey">A key of its own beside them, without limits; null for none.</param>
    /// <exception cref="KeyFileException">The file is broken.</exception>
    public KeyStore(string? file, string? environmentKey, ILogger<KeyStore> log, TimeProvider time)
    {
        (_file, _log, _time) = (file, log, time);
        if (environmentKey is not null)
            _ofEnvironment = new ApiKey(FromEnvironment, ApiKey.HashOf(Encoding.UTF8.GetBytes(environmentKey)), KeyLimits.None);
        Anyone = new KeyHolder("", KeyLimits.None, time);
        _seen = file is null ? default : Stamp(file);
        Take(file is null ? KeyRing.Empty : KeyFile.Read(file));
        if (file is not null) _timer = time.CreateTimer(_ => Reload(), null, Every, Every);
    }

    /// <summary>Whether a key is needed at all.</summary>
    public bool AreNeeded => _ring.Keys.Count > 0;

    /// <summary>Is told of the keys after each change of the file.</summary>
    internal Action<KeyRing>? Changed { get; set; }

    /// <summary>The keys as they are.</summary>
    internal KeyRing Ring => _ring;

    /// <summary>Whoever asks where no key is needed.</summary>
    public KeyHolder Anyone { get; }

    /// <summary>The keys.</summary>
    public IReadOnlyList<ApiKey> Keys => _ring.Keys;

    /// <summary>The holder of a key; null where it is none.</summary>
    public KeyHolder? Find(ReadOnlySpan<char> shown) => _ring.Find(shown) is ApiKey key ? _holders[key.Name] : null;

    /// <summary>Reads the file again if it is another one than before.</summary>
    internal void Reload()
    {
        try
        {
            (DateTime, long) stamp = Stamp(_file!);
            if (stamp == _seen) return;
            _seen = stamp;
            Take(KeyFile.Read(_file!));
            Changed?.Invoke(_ring);
            Reread(_ring.Keys.Count);
        }
        catch (KeyFileException broken)
        {
            Kept(broken.Message, broken.Code);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Kept(failure.Message, "key-file-unreadable");
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void Take(KeyRing ring)
    {
        IReadOnlyList<ApiKey> keys = _ofEnvironment is null ? ring.Keys : [.. ring.Keys, _ofEnvironment];
        foreach (ApiKey key in keys) _holders.GetOrAdd(key.Name, name => new KeyHolder(name, key.Limits, _time)).Change(key.Limits);
        _ring = new KeyRing(keys);
    }

    private static (DateTime, long) Stamp(string file) => new FileInfo(file) is { Exists: true } info ? (info.LastWriteTimeUtc, info.Length) : default;

    [LoggerMessage(1, LogLevel.Information, "The file of keys changed and was read again: {keys} keys.")]
    private partial void Reread(int keys);

    [LoggerMessage(2, LogLevel.Error, "The file of keys changed and cannot be used, so the keys stay as they were. {message} [{code}]")]
    private partial void Kept(string message, string code);
}
