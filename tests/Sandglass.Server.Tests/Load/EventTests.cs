using System.Text;
using Sandglass.ServeBench.Load;

namespace Sandglass.Server.Tests.Load;

/// <summary>Events are told apart by looking into their bytes.</summary>
public class EventTests
{
    [Theory]
    [InlineData("""{"choices":[{"index":0,"text":" a","finish_reason":null}]}""", true, true, false)]
    [InlineData("""{"choices": [{"index": 0, "text": "", "finish_reason": "length"}], "usage": null}""", true, false, false)]
    [InlineData("""{"choices":[{"delta":{"role":"assistant","content":""}}]}""", true, false, false)]
    [InlineData("""{"choices":[{"delta":{"role":"assistant","content":null}}]}""", true, false, false)]
    [InlineData("""{"choices":[{"delta":{"content":"\""}}]}""", true, true, false)]
    [InlineData("""{"choices":[],"usage":{"completion_tokens":3}}""", false, false, true)]
    [InlineData("""{"choices":[{"text":"\"usage\":{\"text\":\"a\""}]}""", true, true, false)]
    [InlineData("""{"choices":[{"text":""}],"note":"\"text\":\"a\""}""", true, false, false)]
    public void Choices_text_and_usage_are_seen(string json, bool choice, bool text, bool usage)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        Assert.Equal((choice, text, usage, false),
            (EventText.HasChoice(bytes), EventText.HasText(bytes), EventText.HasUsage(bytes), EventText.HasError(bytes)));
    }

    [Fact]
    public void An_error_is_seen() => Assert.True(EventText.HasError("""{"error":{"message":"m"}}"""u8));

    /// <summary>Also one byte at a time, with comments, both line ends, and an event larger than the buffer at first.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void Lines_are_the_same_however_the_bytes_arrive(int piece)
    {
        string large = new('x', 40_000);
        byte[] stream = Encoding.UTF8.GetBytes($": ping\n\ndata: one\n\ndata:two\r\n\r\nevent: e\ndata: {large}\n\ndata: [DONE]\n\ndata: cut");
        EventLines lines = new();
        List<string> events = [];
        for (int at = 0; at < stream.Length;)
        {
            Memory<byte> free = lines.Free();
            int count = Math.Min(piece, Math.Min(free.Length, stream.Length - at));
            stream.AsSpan(at, count).CopyTo(free.Span);
            lines.Received(count);
            at += count;
            while (lines.TryNext(out ReadOnlySpan<byte> data)) events.Add(Encoding.UTF8.GetString(data));
        }
        Assert.Equal(["one", "two", large, "[DONE]"], events);
    }
}
