using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>Why a text ended, in OpenAI's words and in ours.</summary>
internal static class FinishNames
{
    /// <summary>OpenAI's, which its clients know: a text that the model or a stop text ended, or one that was cut off.</summary>
    public static string OpenAi(FinishReason reason) => reason is FinishReason.Eos or FinishReason.Stop ? "stop" : "length";

    /// <summary>Ours, as <c>run --json</c> has it.</summary>
    public static string Own(FinishReason reason) => reason switch
    {
        FinishReason.Eos => "eos",
        FinishReason.Stop => "stop",
        FinishReason.Length => "length",
        FinishReason.Context => "context",
        FinishReason.Loop => "loop",
        FinishReason.Time => "time",
        _ => "cancelled",
    };
}
