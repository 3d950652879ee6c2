using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sandglass.Tokenization;

namespace Sandglass.Server;

/// <summary>An answer that is one JSON object of any length: it is sent while it is written, no faster than its client reads.</summary>
internal sealed class LongAnswer
{
    private const int Piece = PatientWriter.Piece;

    private readonly HttpContext _context;
    private long _sent;

    private LongAnswer(HttpContext context) => (_context, Json) = (context, new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswer.Style));

    /// <summary>What goes into the object.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>Sends an object.</summary>
    /// <param name="context">The request.</param>
    /// <param name="write">Writes its fields.</param>
    public static async Task WriteAsync(HttpContext context, Func<LongAnswer, Task> write)
    {
        context.Response.ContentType = "application/json";
        LongAnswer answer = new(context);
        await using (answer.Json.ConfigureAwait(false))
        {
            answer.Json.WriteStartObject();
            await write(answer).ConfigureAwait(false);
            answer.Json.WriteEndObject();
            answer.Json.Flush();
            LeaveWatch.Leave(context);
            if (answer._sent == 0) context.Response.ContentLength = answer.Json.BytesCommitted;
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Called between values, often: sends what was written, where it is enough.</summary>
    public async ValueTask SendAsync()
    {
        long written = Json.BytesCommitted + Json.BytesPending;
        if (written - _sent < Piece) return;
        _sent = written;
        Json.Flush();
        await _context.Response.BodyWriter.FlushAsync(_context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>A field that is a text.</summary>
    public async Task WriteTextAsync(string name, string text)
    {
        Json.WritePropertyName(name);
        for (int at = 0; at < text.Length; at += Piece)
        {
            Json.WriteStringValueSegment(text.AsSpan(at, Math.Min(Piece, text.Length - at)), isFinalSegment: false);
            await SendAsync().ConfigureAwait(false);
        }
        Json.WriteStringValueSegment(ReadOnlySpan<char>.Empty, isFinalSegment: true);
    }

    /// <summary>A field that is the text of tokens: what <see cref="Tokenizer.Decode"/> gives, which may be a hundred times as long as the ids.</summary>
    public async Task WriteTextAsync(string name, Tokenizer tokenizer, int[] ids)
    {
        Json.WritePropertyName(name);
        Decoder decoder = Encoding.UTF8.GetDecoder();
        char[] text = new char[Piece];
        int count = 0;
        for (int at = 0; at < ids.Length; at++)
        {
            for (ReadOnlyMemory<byte> bytes = tokenizer.BytesAt(ids, at); !bytes.IsEmpty;)
            {
                decoder.Convert(bytes.Span, text.AsSpan(count), flush: false, out int used, out int written, out _);
                bytes = bytes[used..];
                count += written;
                if (text.Length - count > 4) continue;      // there is room for whatever one more character becomes
                Json.WriteStringValueSegment(text.AsSpan(0, count), isFinalSegment: false);
                count = 0;
                await SendAsync().ConfigureAwait(false);
            }
        }
        count += decoder.GetChars([], text.AsSpan(count), flush: true);
        Json.WriteStringValueSegment(text.AsSpan(0, count), isFinalSegment: true);
    }
}
