using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Sandglass.Server.Tests;

/// <summary>The page at <c>/</c>, for browsers, beside the API.</summary>
[Collection(ServerCollection.Name)]
public partial class PageTests(ServerFixture fixture)
{
    [GeneratedRegex("http-equiv=\"Content-Security-Policy\"\\s+content=\"([^\"]+)\"")]
    private static partial Regex PolicyOfDocument();

    [GeneratedRegex("(?:src|href)=\"\\./(assets/[^\"]+)\"")]
    private static partial Regex AssetsOfDocument();

    [PageFact]
    public async Task A_browser_gets_the_page_with_a_policy_that_lets_nothing_in_from_elsewhere()
    {
        using HttpResponseMessage answer = await Get("/", accept: "text/html,application/xhtml+xml");
        string html = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("<title>Sandglass</title>", html);
        Assert.Equal(PageFiles.Policy, answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal(PageFiles.Policy, $"{PolicyOfDocument().Match(html).Groups[1].Value}; frame-ancestors 'none'");
        Assert.DoesNotContain("unsafe-inline", PageFiles.Policy);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.True(answer.Headers.CacheControl!.NoCache);
    }

    [PageFact]
    public async Task A_file_of_the_page_comes_small_once_and_stays()
    {
        using HttpResponseMessage page = await Get("/", accept: "text/html");
        string path = AssetsOfDocument().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value;
        using HttpResponseMessage packed = await Get($"/{path}", encodings: "gzip, br");
        using HttpResponseMessage zipped = await Get($"/{path}", encodings: "gzip, br;q=0");
        using HttpResponseMessage plain = await Get($"/{path}");
        string text = await plain.Content.ReadAsStringAsync();

        Assert.Equal("br", packed.Content.Headers.ContentEncoding.Single());
        Assert.Equal(text, await Read(new BrotliStream(await packed.Content.ReadAsStreamAsync(), CompressionMode.Decompress)));
        Assert.Equal("gzip", zipped.Content.Headers.ContentEncoding.Single());
        Assert.Equal(text, await Read(new GZipStream(await zipped.Content.ReadAsStreamAsync(), CompressionMode.Decompress)));
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.Equal("public, max-age=31536000, immutable", packed.Headers.CacheControl!.ToString());
        Assert.Contains("Accept-Encoding", packed.Headers.Vary);

        string[] tags = [packed.Headers.ETag!.Tag, zipped.Headers.ETag!.Tag, plain.Headers.ETag!.Tag];
        Assert.Equal(tags, tags.Distinct());
        foreach (string tag in tags)
        {
            using HttpResponseMessage again = await Get($"/{path}", encodings: "gzip", known: $"\"other\", W/{tag}");
            Assert.Equal((HttpStatusCode.NotModified, tag), (again.StatusCode, again.Headers.ETag!.Tag));
            Assert.Empty(await again.Content.ReadAsByteArrayAsync());
        }
        using HttpResponseMessage stale = await Get($"/{path}", known: "\"other\"");
        Assert.Equal(HttpStatusCode.OK, stale.StatusCode);
    }

    [PageFact]
    public async Task Who_asks_for_the_head_alone_gets_no_body()
    {
        using HttpRequestMessage request = new(HttpMethod.Head, "/index.html");
        using HttpResponseMessage answer = await fixture.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Content.Headers.ContentLength > 0);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("application/json")]
    public async Task A_client_of_the_api_gets_the_answer_of_the_api(string accept)
    {
        using HttpResponseMessage answer = await Get("/", accept);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Accept", answer.Headers.Vary);
    }

    [Fact]
    public async Task Without_the_page_the_address_says_how_to_get_it()
    {
        if (PageFolder.Exists) return;      // the others test it
        using HttpResponseMessage answer = await Get("/", accept: "text/html");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("-p:BuildWeb=true", await answer.Content.ReadAsStringAsync());
    }

    [PageFact]
    public async Task The_page_needs_no_key_and_what_it_asks_for_does()
    {
        await using SandglassServer server = await SandglassServer.StartAsync(
            new ServerOptions { Models = [fixture.Small], Address = "http://127.0.0.1:0", Key = "a-key-of-some-length-that-is-long-enough" });
        using HttpClient client = new() { BaseAddress = new Uri(server.Address) };
        using HttpRequestMessage request = new(HttpMethod.Get, "/");
        request.Headers.Add("Accept", "text/html");
        using HttpResponseMessage page = await client.SendAsync(request);
        using HttpResponseMessage models = await client.GetAsync("/v1/models");

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, models.StatusCode);
    }

    [Theory]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("br;q=0.5", "br")]
    [InlineData("br;q=0, gzip", "gzip")]
    [InlineData("brotli", null)]
    [InlineData("", null)]
    public void A_form_is_sent_that_the_client_takes(string accepted, string? expected)
    {
        byte[] text = Encoding.UTF8.GetBytes(new string('a', 1000));
        using MemoryStream packed = new();
        using (BrotliStream brotli = new(packed, CompressionLevel.Optimal)) brotli.Write(text);
        PageAsset asset = new("assets/a.js", packed.ToArray(), isBrotli: true);

        Assert.Equal(expected, asset.For(accepted).Encoding);
        Assert.Equal(3, asset.ETags.Distinct().Count());
        Assert.Equal(text, asset.Plain);
    }

    private async Task<HttpResponseMessage> Get(string path, string? accept = null, string? encodings = null, string? known = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        if (accept is not null) request.Headers.Add("Accept", accept);
        if (encodings is not null) request.Headers.Add("Accept-Encoding", encodings);
        if (known is not null) request.Headers.Add("If-None-Match", known);
        return await fixture.Client.SendAsync(request);
    }

    private static async Task<string> Read(Stream stream)
    {
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync();
    }
}

/// <summary>A test of the page, which a build without Node.js has not.</summary>
public sealed class PageFactAttribute : FactAttribute
{
    public PageFactAttribute()
    {
        if (!PageFolder.Exists) Skip = "built without the page";
    }
}
