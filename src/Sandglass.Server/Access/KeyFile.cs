using System.Globalization;
using System.Text.Json;

namespace Sandglass.Server;

/// <summary>A file of keys: <c>{"keys":[{"name":"alice","sha256":"…","requests_per_minute":60}]}</c>. docs/serving.md describes it.</summary>
public static class KeyFile
{
    /// <summary>The largest file that is read.</summary>
    public const int MostBytes = 4 << 20;

    /// <summary>The most keys in it.</summary>
    public const int MostKeys = 10_000;

    private const string Known = "name, sha256, requests_per_minute, tokens_per_minute, concurrency, priority, weight";

    /// <summary>Reads all keys.</summary>
    /// <exception cref="KeyFileException">The file cannot be read, or says something that means nothing here.</exception>
    public static KeyRing Read(string path)
    {
        byte[] text = Bytes(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 8 });
            return Read(path, document.RootElement);
        }
        catch (JsonException wrong)
        {
            string where = $"line {(wrong.LineNumber ?? 0) + 1}, byte {(wrong.BytePositionInLine ?? 0) + 1}";
            throw new KeyFileException("key-file-json", path, where, "JSON", "what is none");
        }
    }

    private static byte[] Bytes(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] text = new byte[MostBytes + 1];
            int read = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return read <= MostBytes ? text[..read]
                : throw new KeyFileException("key-file-size", path, "the file", $"at most {MostBytes} bytes", "more");
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KeyFileException(
                "key-file-missing", path, "the file", "a file of keys", "none",
                "Make one that says {\"keys\":[ENTRY]}, with an ENTRY from sandglass key NAME for each key.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(
                "key-file-unreadable", path, "the file", "a file that can be read", failure.Message.TrimEnd('.'), "Give the server the right to read it.");
        }
    }

    private static KeyRing Read(string path, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("keys", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
            throw new KeyFileException("key-file-shape", path, "the file", "an object with a list called keys", Kind(root));
        foreach (JsonProperty property in root.EnumerateObject())
            if (property.Name != "keys") throw Unknown(path, "the file", property.Name, "keys");
        if (list.GetArrayLength() is 0 or > MostKeys)
            throw new KeyFileException("key-file-shape", path, "keys", $"1 to {MostKeys} keys", $"{list.GetArrayLength()}");

        List<ApiKey> keys = [];
        HashSet<string> names = [], hashes = [];
        foreach (JsonElement entry in list.EnumerateArray())
        {
            ApiKey key = Key(path, $"key {keys.Count + 1}", entry);
            if (!names.Add(key.Name)) throw new KeyFileException("key-file-twice", path, $"key {keys.Count + 1}", "names that differ", $"{key.Name} again");
            if (!hashes.Add(Convert.ToHexString(key.Hash.Span)))
                throw new KeyFileException("key-file-twice", path, $"key {keys.Count + 1} ({key.Name})", "hashes that differ", "one of an earlier key");
            keys.Add(key);
        }
        return new KeyRing(keys);
    }

    private static ApiKey Key(string path, string where, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object) throw new KeyFileException("key-file-shape", path, where, $"an object of {Known}", Kind(entry));
        string name = "";
        byte[] hash = [];
        KeyLimits limits = KeyLimits.None;
        foreach (JsonProperty property in entry.EnumerateObject())
        {
            Field field = new(path, name.Length > 0 ? $"{where} ({name}), {property.Name}" : $"{where}, {property.Name}", property.Value);
            switch (property.Name)
            {
                case "name": name = field.Name(); break;
                case "sha256": hash = field.Hash(); break;
                case "requests_per_minute": limits = limits with { RequestsPerMinute = field.Limit() }; break;
                case "tokens_per_minute": limits = limits with { TokensPerMinute = field.Limit() }; break;
                case "concurrency": limits = limits with { Concurrency = field.Limit() }; break;
                case "priority": limits = limits with { Priority = field.Whole(-1_000_000, 1_000_000) }; break;
                case "weight": limits = limits with { Weight = field.Weight() }; break;
                default: throw Unknown(path, where, property.Name, Known);
            }
        }
        if (name == KeyStore.FromEnvironment)
            throw new KeyFileException("key-file-value", path, where, $"a name other than that of ${KeyStore.Variable}'s key", name);
        if (name.Length == 0) throw new KeyFileException("key-file-value", path, where, "a name", "none");
        if (hash.Length == 0)
            throw new KeyFileException("key-file-value", path, $"{where} ({name})", "sha256, the key's hash (sandglass key prints one)", "none");
        return new ApiKey(name, hash, limits);
    }

    private static KeyFileException Unknown(string path, string where, string name, string known) =>
        new("key-file-field", path, where, known, name);

    private static string Kind(JsonElement element) => element.ValueKind.ToString().ToLowerInvariant();

    /// <summary>One value, and where it stands.</summary>
    private readonly record struct Field(string Path, string Where, JsonElement Value)
    {
        public string Name() => Value.ValueKind == JsonValueKind.String && ApiKey.IsName(Value.GetString()!) ? Value.GetString()!
            : throw Wrong("1 to 64 letters, digits, dots, dashes and underscores");

        public byte[] Hash()
        {
            string text = Value.ValueKind == JsonValueKind.String ? Value.GetString()! : "";
            return text.Length == 2 * ApiKey.HashBytes && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text)
                : throw new KeyFileException("key-file-value", Path, Where, "64 hexadecimal digits (sandglass key prints them)", "something else");
        }

        public int Limit() => Whole(1, int.MaxValue);

        public int Whole(int least, int most) => Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out int whole) && whole >= least && whole <= most
            ? whole : throw Wrong(string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

        public double Weight() => Value.ValueKind == JsonValueKind.Number && Value.TryGetDouble(out double weight) && weight is >= 0.001 and <= 1000
            ? weight : throw Wrong("a number from 0.001 to 1000");

        private KeyFileException Wrong(string expected) => new("key-file-value", Path, Where, expected, Words.Short(Value.GetRawText()));
    }
}
