namespace Sandglass.ServeBench.Load;

/// <summary>What a streamed event is, found by looking for members in its bytes: a whole reading of each would take more of the processor than serving it.
/// Inside a JSON string a quote has a backslash before it, so no text can look like a member.</summary>
internal static class EventText
{
    /// <summary>The event has a choice, so it belongs to the answer.</summary>
    public static bool HasChoice(ReadOnlySpan<byte> json) => After(json, "\"choices\":"u8) is [(byte)'[', .. var list] && !Trimmed(list).StartsWith((byte)']');

    /// <summary>Its choice has text: <c>text</c> of a completion, <c>content</c> of a chat.</summary>
    public static bool HasText(ReadOnlySpan<byte> json) => IsText(After(json, "\"text\":"u8)) || IsText(After(json, "\"content\":"u8));

    public static bool HasUsage(ReadOnlySpan<byte> json) => After(json, "\"usage\":"u8).StartsWith((byte)'{');

    public static bool HasError(ReadOnlySpan<byte> json) => After(json, "\"error\":"u8) is [(byte)'{' or (byte)'"', ..];

    private static bool IsText(ReadOnlySpan<byte> value) => value is [(byte)'"', not (byte)'"', ..];

    private static ReadOnlySpan<byte> After(ReadOnlySpan<byte> json, ReadOnlySpan<byte> member)
    {
        int at = json.IndexOf(member);
        return at < 0 ? default : Trimmed(json[(at + member.Length)..]);
    }

    private static ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> json) => json.TrimStart((byte)' ');
}
