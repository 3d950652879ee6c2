using Sandglass.Tokenization;

namespace Sandglass.Cli;

/// <summary>A text as it was given: bytes, or ids that are taken as they are.</summary>
internal sealed record Prompt(byte[] Utf8, int[]? Ids, bool AddBos = true, bool ParseSpecial = true, bool IsPiped = false)
{
    /// <summary>The ids that the model sees.</summary>
    public int[] Encode(Tokenizer tokenizer) => Ids ?? tokenizer.Encode(Utf8, AddBos, ParseSpecial).Ids;
}
