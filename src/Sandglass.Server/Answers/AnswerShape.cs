using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Tokenization;

namespace Sandglass.Server;

/// <summary>How an answer of one route looks: whole, and as events.</summary>
internal abstract class AnswerShape(RequestDraft draft)
{
    protected static readonly JsonEncodedText Index = JsonEncodedText.Encode("index"), Logprobs = JsonEncodedText.Encode("logprobs"),
        FinishReason = JsonEncodedText.Encode("finish_reason"), Finish = JsonEncodedText.Encode("finish");

    /// <summary>What ids of such answers begin with.</summary>
    public abstract string Kind { get; }

    /// <summary>What it is, as the conventions of OpenTelemetry call it.</summary>
    public abstract string Operation { get; }

    /// <summary>The <c>object</c> of a whole answer.</summary>
    public abstract string Object { get; }

    /// <summary>The <c>object</c> of an event.</summary>
    public abstract string EventObject { get; }

    protected RequestDraft Draft => draft;

    protected Tokenizer Tokenizer => draft.Served.Model.Tokenizer;

    /// <summary>Fields of a whole answer besides its choices.</summary>
    public virtual void WriteFields(Utf8JsonWriter json, IReadOnlyList<PromptText> prompts)
    {
    }

    /// <summary>Sends what comes before the first token of a text: at once, long before it.</summary>
    public abstract void SendBeginning(EventStream events, int index, PromptText prompt, ReadOnlySpan<byte> tail);

    /// <summary>The choice of an event that brings text.</summary>
    /// <param name="json">In the list of choices.</param>
    /// <param name="index">Of the text.</param>
    /// <param name="text">What can be shown.</param>
    /// <param name="held">Its tokens, where something is told of them.</param>
    /// <param name="offset">Characters before it.</param>
    public abstract void WriteText(Utf8JsonWriter json, int index, string text, HeldTokens? held, int offset);

    /// <summary>The choice of the event that ends a text.</summary>
    /// <param name="json">In the list of choices.</param>
    /// <param name="index">Of the text.</param>
    /// <param name="reason">Why.</param>
    /// <param name="held">Tokens that showed no text.</param>
    /// <param name="offset">Characters before.</param>
    /// <param name="beam">What beams found; null where tokens were drawn.</param>
    public abstract void WriteEnd(Utf8JsonWriter json, int index, FinishReason reason, HeldTokens? held, int offset, BeamResult? beam);

    /// <summary>Of a text that beams found: its score, and where no tokens were told before, its ids.</summary>
    protected void WriteBeam(Utf8JsonWriter json, BeamResult? beam, bool wasTold)
    {
        if (beam is null) return;
        json.WriteNumber("beam_score", TokenDetails.Finite(beam.Score));
        if (draft.ReturnTokenIds && !wasTold) TokenDetails.WriteIds(json, "token_ids", beam.Ids);
    }

    /// <summary>A choice of a whole answer.</summary>
    public abstract void WriteChoice(Utf8JsonWriter json, int index, WrittenChoice choice);

    /// <summary>The reason of an end, in OpenAI's words and in ours.</summary>
    protected static void WriteFinish(Utf8JsonWriter json, FinishReason reason)
    {
        json.WriteString(FinishReason, FinishNames.OpenAi(reason));
        json.WriteString(Finish, FinishNames.Own(reason));
    }

    /// <summary>What was asked for of the tokens of a finished text.</summary>
    protected void WriteDetails(Utf8JsonWriter json, WrittenChoice choice)
    {
        if (choice.Beam is BeamResult beam)
        {
            WriteBeam(json, beam, wasTold: false);
            if (draft.HashLogits) TokenDetails.WriteHashes(json, choice.Tokens);
            return;
        }
        TokenDetails.Write(json, draft, choice.Tokens);
    }
}
