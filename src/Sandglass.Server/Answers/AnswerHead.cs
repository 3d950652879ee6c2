using System.Buffers;
using System.Text.Json;

namespace Sandglass.Server;

/// <summary>What all parts of an answer begin with.</summary>
/// <param name="Id">Of the answer.</param>
/// <param name="Object">Its kind.</param>
/// <param name="Created">In seconds since 1970.</param>
/// <param name="Model">The model's name in requests.</param>
/// <param name="Fingerprint">Of model, version and arithmetic.</param>
/// <param name="Seed">Of the first text.</param>
/// <param name="IsNegative">Whether the seed was given as a number below 0.</param>
internal sealed record AnswerHead(string Id, string Object, long Created, string Model, string Fingerprint, ulong Seed, bool IsNegative)
{
    /// <summary>Its fields, into an object that is open.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("id", Id);
        json.WriteString("object", Object);
        json.WriteNumber("created", Created);
        json.WriteString("model", Model);
        json.WriteString("system_fingerprint", Fingerprint);
        if (IsNegative) json.WriteNumber("seed", unchecked((long)Seed));
        else json.WriteNumber("seed", Seed);
    }

    /// <summary>The beginning of an object up to the first of its choices, once for all events of a stream.</summary>
    public byte[] Rendered()
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, JsonAnswer.Style))
        {
            json.WriteStartObject();
            Write(json);
            json.WritePropertyName("choices");
        }
        return bytes.WrittenSpan.ToArray();
    }
}
