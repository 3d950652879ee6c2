namespace Sandglass.Chat;

/// <summary>What a piece of a template's source is.</summary>
internal enum TokenKind
{
    /// <summary>Text between tags, as it will be written.</summary>
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}

/// <summary>A piece of a template's source.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text; of a string what it stands for.</param>
/// <param name="Place">Where it begins in the source.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Place)
{
    public bool Is(string op) => Kind == TokenKind.Operator && Text == op;

    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    /// <summary>How a message names it.</summary>
    public string Shown => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.VariableEnd => "}}",
        TokenKind.BlockEnd => "%}",
        TokenKind.Data => "text",
        TokenKind.String => "a string",
        _ => Text.Length > 40 ? Text[..40] + "…" : Text,
    };
}
