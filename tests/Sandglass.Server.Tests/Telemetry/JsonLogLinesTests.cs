using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sandglass.Server.Tests;

/// <summary>A line of the log for programs.</summary>
public class JsonLogLinesTests
{
    [Fact]
    public void A_line_is_one_flat_object_whatever_stands_in_it()
    {
        JsonLogLines lines = new(new HandClock());
        using StringWriter text = new();
        KeyValuePair<string, object?>[] state =
            [new("status", 200), new("ms", 1.5), new("key", "a\"b\n"), new("none", null), new("time", "not twice"), new("{OriginalFormat}", "{status}")];
        LogEntry<IReadOnlyList<KeyValuePair<string, object?>>> entry =
            new(LogLevel.Warning, "Sandglass.Server.RequestLog", default, state, new InvalidOperationException("why"), (_, _) => "two\nlines");

        lines.Write(entry, null, text);

        Assert.Equal("\n", text.ToString()[^1..]);
        Assert.DoesNotContain('\n', text.ToString()[..^1]);
        JsonObject line = (JsonObject)JsonNode.Parse(text.ToString())!;
        Assert.Equal(["time", "level", "source", "message", "status", "ms", "key", "none", "exception"], line.Select(field => field.Key));
        Assert.Equal("1970-01-01T00:00:00.000Z", (string)line["time"]!);
        Assert.Equal(("warning", "two\nlines"), ((string)line["level"]!, (string)line["message"]!));
        Assert.Equal((200, 1.5, "a\"b\n"), ((int)line["status"]!, (double)line["ms"]!, (string)line["key"]!));
    }
}
