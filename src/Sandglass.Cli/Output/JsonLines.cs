using System.Buffers;
using System.Text.Json;
using Sandglass.Sampling;
using Sandglass.Tracing;

namespace Sandglass.Cli;

/// <summary>One JSON object a line, in ASCII, each line written whole.</summary>
internal sealed class JsonLines(Stream output)
{
    private readonly ArrayBufferWriter<byte> _line = new();
    private Utf8JsonWriter? _writer;

    /// <summary>Begins an object; its fields go to the writer that comes back.</summary>
    public Utf8JsonWriter Begin()
    {
        _line.Clear();
        if (_writer is null) _writer = new Utf8JsonWriter(_line);   // the default encoder escapes all that is not ASCII
        else _writer.Reset(_line);
        _writer.WriteStartObject();
        return _writer;
    }

    /// <summary>Ends the object and writes its line.</summary>
    public void End()
    {
        _writer!.WriteEndObject();
        _writer.Flush();
        _line.Write("\n"u8);
        output.Write(_line.WrittenSpan);
        output.Flush();
    }
}

/// <summary>What JSON has no word for, and lists.</summary>
internal static class JsonFields
{
    /// <summary>A number with the digits that read back the same; infinities, which JSON lacks, are the largest F32 of their sign, NaN is null.</summary>
    public static void WriteFloat(this Utf8JsonWriter json, string name, float value)
    {
        if (float.IsNaN(value)) json.WriteNull(name);
        else json.WriteNumber(name, Math.Clamp(value, float.MinValue, float.MaxValue));
    }

    /// <summary>As <see cref="WriteFloat"/>, in double.</summary>
    public static void WriteDouble(this Utf8JsonWriter json, string name, double value)
    {
        if (double.IsNaN(value)) json.WriteNull(name);
        else json.WriteNumber(name, Math.Clamp(value, double.MinValue, double.MaxValue));
    }

    /// <summary>A list of whole numbers.</summary>
    public static void WriteIds(this Utf8JsonWriter json, string name, IReadOnlyList<int> ids)
    {
        json.WriteStartArray(name);
        foreach (int id in ids) json.WriteNumberValue(id);
        json.WriteEndArray();
    }

    /// <summary><c>"multiplyAdds":{"projections","feedForward","attention","logits"}</c>.</summary>
    public static void WriteMultiplyAdds(this Utf8JsonWriter json, MultiplyAdds sums)
    {
        json.WriteStartObject("multiplyAdds");
        json.WriteNumber("projections", sums.Projections);
        json.WriteNumber("feedForward", sums.FeedForward);
        json.WriteNumber("attention", sums.Attention);
        json.WriteNumber("logits", sums.Logits);
        json.WriteEndObject();
    }

    /// <summary><c>"top":[{"id","logprob"},…]</c>.</summary>
    public static void WriteTop(this Utf8JsonWriter json, IReadOnlyList<TokenLogprob> top)
    {
        json.WriteStartArray("top");
        foreach (TokenLogprob token in top)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            json.WriteFloat("logprob", token.Logprob);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
