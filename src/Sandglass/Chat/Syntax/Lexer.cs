using System.Text;

namespace Sandglass.Chat;

/// <summary>Cuts a template's source into tokens, with white space as Hugging Face's transformers asks jinja2 to treat it.</summary>
/// <remarks>
/// That is <c>trim_blocks</c> (a line break after a block tag or a comment goes), <c>lstrip_blocks</c> (blanks between the beginning of a line and such a tag
/// go) and one line break at the end of the source that goes too. <c>-</c> in a tag takes all white space on its side, <c>+</c> keeps it.
/// </remarks>
internal sealed class Lexer
{
    private static readonly string[] Operators =
        ["**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private readonly Stack<char> _open = new();     // brackets, inside which }} and %} end nothing
    private int _at;

    private Lexer(string source) => _source = source;

    /// <summary>The source with one kind of line break, and without the one at its end.</summary>
    public static string Normalised(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        return source.EndsWith('\n') ? source[..^1] : source;
    }

    /// <summary>All tokens of a normalised source.</summary>
    public static List<Token> Read(string source)
    {
        Lexer lexer = new(source);
        try
        {
            lexer.ReadAll();
        }
        catch (TemplateException failure)
        {
            throw failure.At(source, lexer._at);
        }
        return lexer._tokens;
    }

    private void ReadAll()
    {
        while (true)
        {
            int tag = FindTag();
            if (tag < 0)
            {
                AddData(_at, _source.Length);
                Add(TokenKind.End, "", _source.Length);
                return;
            }
            char kind = _source[tag + 1];
            char sign = tag + 2 < _source.Length && _source[tag + 2] is '-' or '+' ? _source[tag + 2] : ' ';
            AddData(_at, TextEnd(tag, kind, sign));
            _at = tag + (sign == ' ' ? 2 : 3);
            if (kind == '#') SkipComment(tag);
            else if (kind == '%' && TryRaw()) continue;
            else ReadTag(kind, tag);
        }
    }

    private int FindTag()
    {
        for (int at = _at; (at = _source.IndexOf('{', at)) >= 0 && at + 1 < _source.Length; at++)
            if (_source[at + 1] is '{' or '%' or '#') return at;
        return -1;
    }

    /// <summary>Where the text before a tag ends, after its <c>-</c> or after <c>lstrip_blocks</c>.</summary>
    private int TextEnd(int tag, char kind, char sign)
    {
        int end = tag;
        if (sign == '-')
        {
            while (end > _at && Characters.IsSpace(_source[end - 1])) end--;
        }
        else if (sign != '+' && kind != '{')
        {
            while (end > _at && Characters.IsSpace(_source[end - 1]) && _source[end - 1] != '\n') end--;
            bool atLineStart = end == 0 || _source[end - 1] == '\n';
            if (!atLineStart) return tag;
        }
        return end;
    }

    private void SkipComment(int tag)
    {
        int end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            _at = tag;
            throw new TemplateException("template-syntax", "A comment begins here and ends nowhere: expected #}.");
        }
        char sign = end > _at ? _source[end - 1] : ' ';
        _at = end + 2;
        AfterTag(sign);
    }

    /// <summary>White space behind a block tag or a comment that goes with it.</summary>
    private void AfterTag(char sign)
    {
        if (sign == '-') SkipSpace();
        else if (sign != '+' && _at < _source.Length && _source[_at] == '\n') _at++;
    }

    private bool TryRaw()
    {
        int at = _at;
        SkipSpace();
        if (!Skip("raw")) return Back(at);
        SkipSpace();
        bool strips = Skip("-%}");
        if (!strips && !Skip("%}")) return Back(at);
        if (strips) SkipSpace();

        int from = _at;
        for (int tag = from; (tag = _source.IndexOf("{%", tag, StringComparison.Ordinal)) >= 0; tag += 2)
        {
            _at = tag + 2;
            char sign = _at < _source.Length && _source[_at] is '-' or '+' ? _source[_at++] : ' ';
            SkipSpace();
            if (!Skip("endraw")) continue;
            SkipSpace();
            char endSign = _at < _source.Length && _source[_at] is '-' or '+' ? _source[_at++] : ' ';
            if (!Skip("%}")) continue;

            int after = _at;
            _at = from;
            AddData(from, TextEnd(tag, '%', sign));
            _at = after;
            AfterTag(endSign);
            return true;
        }
        _at = at;
        throw new TemplateException("template-syntax", "A raw block begins here and ends nowhere: expected {% endraw %}.");
    }

    private bool Back(int at)
    {
        _at = at;
        return false;
    }

    private void ReadTag(char kind, int tag)
    {
        bool variable = kind == '{';
        Add(variable ? TokenKind.VariableBegin : TokenKind.BlockBegin, "", tag);
        string end = variable ? "}}" : "%}";
        _open.Clear();
        while (true)
        {
            SkipSpace();
            if (_at >= _source.Length) throw new TemplateException("template-syntax", $"A tag is open at the end of the template: expected {end}.");
            int place = _at;
            if (_open.Count == 0 && TryEnd(variable, end))
            {
                Add(variable ? TokenKind.VariableEnd : TokenKind.BlockEnd, "", place);
                return;
            }
            ReadToken();
        }
    }

    private bool TryEnd(bool variable, string end)
    {
        char sign = _source[_at] is '-' || (_source[_at] is '+' && !variable) ? _source[_at] : ' ';
        int at = sign == ' ' ? _at : _at + 1;
        if (string.CompareOrdinal(_source, at, end, 0, 2) != 0) return false;
        _at = at + 2;
        if (!variable) AfterTag(sign);
        else if (sign == '-') SkipSpace();
        return true;
    }

    private void ReadToken()
    {
        char first = _source[_at];
        if (char.IsAsciiDigit(first)) ReadNumber();
        else if (Characters.IsWord(first)) ReadName();
        else if (first is '\'' or '"') ReadString(first);
        else ReadOperator();
    }

    private void ReadName()
    {
        int from = _at;
        while (_at < _source.Length && Characters.IsWord(_source[_at])) _at++;
        Add(TokenKind.Name, string.Intern(_source[from.._at]), from);
    }

    private void ReadNumber()
    {
        bool afterDot = _at > 0 && _source[_at - 1] == '.';
        NumberText number = NumberText.At(_source, _at, mayBeFloat: !afterDot);
        Add(number.IsFloat ? TokenKind.Float : TokenKind.Integer, number.Digits, _at);
        _at = number.End;
    }

    private void ReadString(char quote)
    {
        int from = _at, end = _at + 1;
        while (end < _source.Length && _source[end] != quote) end += _source[end] == '\\' ? 2 : 1;
        if (end >= _source.Length) throw new TemplateException("template-syntax", $"A string begins here and ends nowhere: expected {quote}.");
        Add(TokenKind.String, Escapes.Decode(_source.AsSpan(from + 1, end - from - 1)), from);
        _at = end + 1;
    }

    private void ReadOperator()
    {
        foreach (string op in Operators)
        {
            if (string.CompareOrdinal(_source, _at, op, 0, op.Length) != 0) continue;
            char only = op[0];
            if (only is '(' or '[' or '{') _open.Push(only == '(' ? ')' : only == '[' ? ']' : '}');
            if (only is ')' or ']' or '}' && (_open.Count == 0 || _open.Pop() != only))
                throw new TemplateException("template-syntax", $"A {only} closes nothing that is open.");
            Add(TokenKind.Operator, op, _at);
            _at += op.Length;
            return;
        }
        throw new TemplateException("template-syntax", $"A character that has no meaning here: {Rune.GetRuneAt(Whole(), 0)}.");
    }

    // a lone surrogate is no rune
    private string Whole()
    {
        if (!char.IsSurrogate(_source[_at])) return _source[_at].ToString();
        return _at + 1 < _source.Length && char.IsSurrogatePair(_source, _at) ? _source.Substring(_at, 2) : "\uFFFD";
    }

    private void SkipSpace()
    {
        while (_at < _source.Length && Characters.IsSpace(_source[_at])) _at++;
    }

    private bool Skip(string text)
    {
        if (string.CompareOrdinal(_source, _at, text, 0, text.Length) != 0) return false;
        _at += text.Length;
        return true;
    }

    private void AddData(int from, int to)
    {
        if (to > from) Add(TokenKind.Data, _source[from..to], from);
    }

    private void Add(TokenKind kind, string text, int place) => _tokens.Add(new Token(kind, text, place));
}
