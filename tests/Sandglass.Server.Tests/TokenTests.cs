using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Sandglass.Generation;

namespace Sandglass.Server.Tests;

/// <summary>Embeddings, and text to tokens and back.</summary>
[Collection(ServerCollection.Name)]
public class TokenTests(ServerFixture fixture)
{
    private const string Text = "The king had a daughter.";

    private static int[] Ids(JsonObject answer, string list = "tokens") => [.. answer[list]!.AsArray().Select(id => (int)id!)];

    private static float[] Vector(JsonObject answer, int index = 0) => [.. answer["data"]![index]!["embedding"]!.AsArray().Select(value => (float)value!)];

    [Fact]
    public async Task Tokens_are_the_librarys_and_lead_back_to_the_text()
    {
        JsonObject plain = await fixture.Client.Ask("tokenize", $$"""{"model":"grain-6m","content":"{{Text}}"}""");
        JsonObject asPrompt = await fixture.Client.Ask("tokenize", $$"""{"model":"grain-6m","prompt":"{{Text}}"}""");
        JsonObject back = await fixture.Client.Ask("detokenize", $$"""{"model":"grain-6m","tokens":[{{string.Join(',', Ids(plain))}}]}""");

        Assert.Equal(fixture.Grain.Model.Tokenizer.Encode(Text, addBos: false).Ids, Ids(plain));
        Assert.Equal(fixture.Grain.Model.Tokenizer.Encode(Text).Ids, Ids(asPrompt));
        Assert.Equal(Text, (string)back["content"]!);
        Assert.Equal(Ids(plain).Length, (int)plain["count"]!);
    }

    [Fact]
    public async Task Pieces_join_to_the_text()
    {
        JsonObject answer = await fixture.Client.Ask("tokenize", $$"""{"model":"grain-1m","content":"{{Text}}","with_pieces":true}""");

        Assert.Equal(Text, string.Concat(answer["tokens"]!.AsArray().Select(token => (string)token!["piece"]!)).TrimStart());
    }

    [Fact]
    public async Task An_id_that_is_no_token_is_refused()
    {
        JsonObject error = await fixture.Client.Refused("detokenize", """{"model":"grain-1m","tokens":[1,1000000]}""");

        Assert.Equal(("id-out-of-range", "tokens"), ((string)error["code"]!, (string)error["param"]!));
    }

    [Fact]
    public async Task Embeddings_are_the_librarys_whatever_they_are_asked_with()
    {
        int[] ids = fixture.Small.Model.Tokenizer.Encode(Text, parseSpecial: false).Ids;
        Embedding alone = await fixture.Small.Model.EmbedAsync(ids);
        JsonObject texts = await fixture.Client.Ask("v1/embeddings", $$"""{"model":"grain-1m","input":["Something else","{{Text}}"]}""");
        JsonObject asIds = await fixture.Client.Ask(
            "v1/embeddings", $$"""{"model":"grain-1m","input":[{{string.Join(',', ids)}}],"encoding_format":"float"}""");
        JsonObject base64 = await fixture.Client.Ask("v1/embeddings", $$"""{"model":"grain-1m","input":"{{Text}}","encoding_format":"base64"}""");
        float[] decoded = MemoryMarshal.Cast<byte, float>(Convert.FromBase64String((string)base64["data"]![0]!["embedding"]!)).ToArray();

        Assert.Equal(alone.Values.ToArray(), Vector(texts, 1));
        Assert.Equal(alone.Values.ToArray(), Vector(asIds));
        Assert.Equal(alone.Values.ToArray(), decoded);
        Assert.Equal(1, decoded.Sum(value => value * value), 1e-4);
        Assert.Equal(ids.Length, (int)base64["usage"]!["prompt_tokens"]!);
        Assert.Equal("mean", (string)base64["pooling"]!);
    }

    [Theory]
    [InlineData("""{"model":"grain-1m"}""", "input")]
    [InlineData("""{"model":"grain-1m","input":[]}""", "input")]
    [InlineData("""{"model":"grain-1m","input":"a","dimensions":64}""", "dimensions")]
    [InlineData("""{"model":"grain-1m","input":"a","encoding_format":"hex"}""", "encoding_format")]
    [InlineData("""{"model":"grain-1m","input":"a","temperature":1}""", "temperature")]
    public async Task What_embeddings_cannot_do_is_refused_by_name(string body, string param) =>
        Assert.Equal(param, (string)(await fixture.Client.Refused("v1/embeddings", body))["param"]!);
}
