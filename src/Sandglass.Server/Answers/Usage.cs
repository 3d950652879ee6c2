using System.Buffers;
using System.Text.Json;
using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>The tokens of an answer, as OpenAI counts them.</summary>
internal sealed class Usage
{
    private readonly HashSet<PromptText> _read = new(ReferenceEqualityComparer.Instance);
    private int _prompt, _completion, _cached, _accepted, _rejected;

    /// <summary>The texts that ended.</summary>
    public List<GenerationResult> Texts { get; } = [];

    /// <summary>A text that ended. Its prompt counts once, however many texts follow it.</summary>
    public void Add(PromptText prompt, GenerationResult result)
    {
        Texts.Add(result);
        if (_read.Add(prompt))
        {
            _prompt += prompt.Ids.Length;
            _cached += result.CachedTokens;
        }
        _completion += Written(result);
        if (result.Speculation is not SpeculationResult drafts) return;
        _accepted += drafts.Accepted;
        _rejected += drafts.Drafted - drafts.Accepted;
    }

    /// <summary>Tokens that were written for a text, of a search those of all beams that it gives.</summary>
    public static int Written(GenerationResult result) =>
        result.Beams is { Count: > 0 } beams ? beams.Sum(beam => beam.Ids.Count) : result.CompletionTokens;

    /// <summary>As a field of an object that has others before it.</summary>
    public byte[] AsField()
    {
        ArrayBufferWriter<byte> bytes = new();
        bytes.Write(",\"usage\":"u8);
        using (Utf8JsonWriter json = new(bytes, JsonAnswer.Style)) Write(json);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>As the value of a property.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("prompt_tokens", _prompt);
        json.WriteNumber("completion_tokens", _completion);
        json.WriteNumber("total_tokens", _prompt + _completion);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", _cached);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details");
        json.WriteNumber("accepted_prediction_tokens", _accepted);
        json.WriteNumber("rejected_prediction_tokens", _rejected);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
