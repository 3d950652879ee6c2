namespace Sandglass.Tokenization;

/// <summary>The kind of a token, with the numbers of GGUF's <c>tokenizer.ggml.token_type</c>.</summary>
public enum TokenKind
{
    /// <summary>The file gives no kind, or a number that the format does not define.</summary>
    Undefined = 0,

    /// <summary>A piece of text.</summary>
    Normal = 1,

    /// <summary>Stands for text that the vocabulary cannot spell.</summary>
    Unknown = 2,

    /// <summary>A mark between texts (begin, end, turn): matched as a whole, never part of the text.</summary>
    Control = 3,

    /// <summary>Added by the model's authors: text that is matched as a whole before everything else.</summary>
    UserDefined = 4,

    /// <summary>A reserved id.</summary>
    Unused = 5,

    /// <summary>One byte, spelled <c>&lt;0x41&gt;</c>.</summary>
    Byte = 6,
}
