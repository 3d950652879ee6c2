using System.Diagnostics.CodeAnalysis;

namespace Sandglass.Chat;

/// <summary>The tokens of a template, read one after the other.</summary>
internal sealed class TokenStream(List<Token> tokens, string source)
{
    private const int MostDepth = 120;

    private int _at, _depth;

    public Token Current => tokens[_at];

    public Token Following => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    /// <summary>The number of tokens read.</summary>
    public int Position => _at;

    public Token Next()
    {
        Token token = tokens[_at];
        if (_at < tokens.Count - 1) _at++;
        return token;
    }

    public bool SkipName(string name) => Skip(Current.IsName(name));

    public bool Skip(string op) => Skip(Current.Is(op));

    public Token Expect(TokenKind kind, string what)
    {
        if (Current.Kind != kind) Fail($"Expected {what}, found {Current.Shown}.");
        return Next();
    }

    public void Expect(string op)
    {
        if (!Skip(op)) Fail($"Expected {op}, found {Current.Shown}.");
    }

    public void ExpectName(string name)
    {
        if (!SkipName(name)) Fail($"Expected {name}, found {Current.Shown}.");
    }

    /// <summary>The names between two positions.</summary>
    public IReadOnlySet<string> NamesBetween(int from, int to)
    {
        HashSet<string> names = [];
        for (int i = from; i < to; i++)
            if (tokens[i].Kind == TokenKind.Name) names.Add(tokens[i].Text);
        return names;
    }

    /// <summary>Goes one level deeper; back with <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (++_depth > MostDepth)
            throw new TemplateException("template-depth", $"Expressions or blocks lie more than {MostDepth} deep in one another.").At(source, Current.Place);
    }

    public void Leave() => _depth--;

    [DoesNotReturn]
    public void Fail(string what, int? place = null) => throw new TemplateException("template-syntax", what).At(source, place ?? Current.Place);

    /// <summary>Refuses what jinja2 knows and a prompt has no use for.</summary>
    [DoesNotReturn]
    public void Unsupported(string what, int place) => throw new TemplateException("template-unsupported", what).At(source, place);

    /// <summary>Refuses a name that means nothing.</summary>
    [DoesNotReturn]
    public void Unknown(TemplateException failure, int place) => throw failure.At(source, place);

    private bool Skip(bool matches)
    {
        if (matches) Next();
        return matches;
    }
}
