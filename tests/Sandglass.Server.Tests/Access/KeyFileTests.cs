using System.Text;
using System.Text.RegularExpressions;
using Sandglass.Tests;

namespace Sandglass.Server.Tests;

/// <summary>A file of keys is read whole or refused with the place that is wrong.</summary>
public sealed class KeyFileTests : IDisposable
{
    private const string Hash = "09ab46f797d6aed5df77b7e8840b8957b31f86dea40f4ccaa144ae78720f71da";

    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void Keys_have_names_hashes_and_limits()
    {
        string hash = Convert.ToHexString(ApiKey.HashOf("a long secret key"u8));
        File.WriteAllText(_file, $$"""
            {"keys": [
              // the reader of the news
              {"name":"alice","sha256":"{{hash}}","requests_per_minute":60,"tokens_per_minute":9000,"concurrency":4,"priority":5,"weight":2.5},
              {"name":"bob.b-1_2","sha256":"{{Hash}}"},
            ]}
            """);

        KeyRing ring = KeyFile.Read(_file);

        Assert.Equal("alice", ring.Find("a long secret key")!.Name);
        Assert.Equal(new KeyLimits { RequestsPerMinute = 60, TokensPerMinute = 9000, Concurrency = 4, Priority = 5, Weight = 2.5 }, ring.Keys[0].Limits);
        Assert.Equal(KeyLimits.None, ring.Keys[1].Limits);
        Assert.Null(ring.Find("a long secret kez"));
        Assert.Null(ring.Find(""));
        Assert.Null(ring.Find(new string('x', 100_000)));
    }

    [Theory]
    [InlineData("", "key-file-json", "line 1")]
    [InlineData("{\"keys\":[\n{]}", "key-file-json", "line 2")]
    [InlineData("[]", "key-file-shape", "array")]
    [InlineData("{\"keys\":[]}", "key-file-shape", "1 to 10000 keys")]
    [InlineData("{\"keys\":[{\"name\":\"a\"}]}", "key-file-value", "key 1 (a)")]
    [InlineData("{\"keys\":[{\"sha256\":\"HASH\"}]}", "key-file-value", "a name")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"sha256\":\"abc\"}]}", "key-file-value", "64 hexadecimal digits")]
    [InlineData("{\"keys\":[{\"name\":\"a b\",\"sha256\":\"HASH\"}]}", "key-file-value", "found \"a b\"")]
    [InlineData("{\"keys\":[{\"name\":\"environment\",\"sha256\":\"HASH\"}]}", "key-file-value", "SANDGLASS_API_KEY")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"sha256\":\"HASH\",\"weight\":0}]}", "key-file-value", "key 1 (a), weight")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"sha256\":\"HASH\",\"concurrency\":0}]}", "key-file-value", "from 1 to")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"sha256\":\"HASH\",\"requests_per_minute\":\"60\"}]}", "key-file-value", "found \"60\"")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"sha256\":\"HASH\",\"rpm\":60}]}", "key-file-field", "requests_per_minute")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"sha256\":\"HASH\"},{\"name\":\"a\",\"sha256\":\"HASH\"}]}", "key-file-twice", "a again")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"sha256\":\"HASH\"},{\"name\":\"b\",\"sha256\":\"HASH\"}]}", "key-file-twice", "key 2 (b)")]
    public void What_is_wrong_is_refused_with_its_place(string text, string code, string part)
    {
        File.WriteAllText(_file, text.Replace("HASH", Hash, StringComparison.Ordinal));

        KeyFileException wrong = Assert.Throws<KeyFileException>(() => KeyFile.Read(_file));

        Assert.Equal(code, wrong.Code);
        Assert.Contains(part, wrong.Message, StringComparison.Ordinal);
        Assert.StartsWith(_file, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Hash, wrong.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_file_that_is_absent_or_too_large_is_refused()
    {
        KeyFileException missing = Assert.Throws<KeyFileException>(() => KeyFile.Read(_file + ".none"));
        Assert.Equal("key-file-missing", missing.Code);
        Assert.EndsWith("expected a file of keys, found none. Make one that says {\"keys\":[ENTRY]}, with an ENTRY from sandglass key NAME for each key.",
            missing.Message);
        Assert.Equal("key-file-unreadable", Assert.Throws<KeyFileException>(() => KeyFile.Read(Path.GetTempPath())).Code);
        File.WriteAllBytes(_file, Encoding.ASCII.GetBytes(new string(' ', KeyFile.MostBytes + 1)));
        Assert.Equal("key-file-size", Assert.Throws<KeyFileException>(() => KeyFile.Read(_file)).Code);
    }

    [Fact]
    public void Every_code_has_a_line_in_the_page_of_errors()
    {
        string folder = Checkout.Folder, source = File.ReadAllText(Path.Combine(folder, "src", "Sandglass.Server", "Access", "KeyFile.cs"));
        IEnumerable<string> thrown = Regex.Matches(source, "\"(key-file-[a-z]+)\"").Select(match => match.Groups[1].Value).Distinct().Order();

        string page = File.ReadAllText(Path.Combine(folder, "docs", "errors.md"));
        Assert.Equal(thrown, Regex.Matches(page, "(?m)^\\| `(key-file-[a-z]+)` ").Select(match => match.Groups[1].Value).Order());
    }

    [Fact]
    public void A_new_key_is_long_and_another_each_time()
    {
        string one = ApiKey.Fresh(), other = ApiKey.Fresh();

        Assert.Matches("^sg-[A-Za-z0-9_-]{43}$", one);
        Assert.NotEqual(one, other);
    }

    public void Dispose() => File.Delete(_file);
}
