namespace Sandglass.Chat;

/// <summary>A chat template that cannot be read or cannot be rendered with what it was given. Codes are in docs/errors.md.</summary>
public sealed class TemplateException : SandglassException
{
    private readonly string _what;

    internal TemplateException(string code, string what)
        : base(code, what) => _what = what;

    /// <summary>The line of the template, from 1; 0 where the failure has no place in it.</summary>
    public int Line { get; private set; }

    /// <summary>The column in that line, from 1, in UTF-16 units; 0 where the failure has no place in the template.</summary>
    public int Column { get; private set; }

    /// <inheritdoc/>
    public override string Message => Line == 0 ? _what : $"Line {Line}, column {Column} of the chat template: {_what}";

    /// <summary>The same failure, with its place in a source.</summary>
    internal TemplateException At(string source, int place)
    {
        if (Line > 0) return this;
        ReadOnlySpan<char> before = source.AsSpan(0, Math.Clamp(place, 0, source.Length));
        Line = before.Count('\n') + 1;
        Column = before.Length - before.LastIndexOf('\n');
        return this;
    }
}
