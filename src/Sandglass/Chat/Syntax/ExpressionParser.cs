using System.Globalization;
using System.Numerics;

namespace Sandglass.Chat;

/// <summary>Reads expressions, binding as jinja2 does: from <c>if</c>-<c>else</c> over <c>or</c>, <c>and</c>, <c>not</c>, comparisons, <c>+ -</c>, <c>~</c>,
/// <c>* / // %</c>, <c>**</c> and signs to filters, tests and calls.</summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    private readonly List<(TemplateException Failure, int Place)> _unknown = [];

    /// <summary>Whether what is read stands directly in a conditional block: there an unknown filter fails when it is used, elsewhere at once, as in
    /// jinja2.</summary>
    public bool IsConditional { get; set; }

    /// <summary>Refuses the first filter or test that is not known, when all has been read.</summary>
    public void RefuseUnknown()
    {
        if (_unknown.Count > 0) tokens.Unknown(_unknown[0].Failure, _unknown[0].Place);
    }

    /// <summary>An expression.</summary>
    public Expression Read()
    {
        tokens.Enter();
        int place = tokens.Current.Place, unknown = _unknown.Count;
        Expression value = ReadOr();
        while (tokens.SkipName("if"))
        {
            Expression test = ReadOr();
            value = new Conditional(place, test, value, tokens.SkipName("else") ? Read() : null);
            _unknown.RemoveRange(unknown, _unknown.Count - unknown);      // all of it turned out to be conditional
        }
        tokens.Leave();
        return value;
    }

    /// <summary>An expression, or several with commas between them: a tuple.</summary>
    /// <param name="conditional">Whether <c>if</c> belongs to it.</param>
    /// <param name="end">A name that ends it.</param>
    public Expression ReadTuple(bool conditional = true, string? end = null, bool inParentheses = false)
    {
        int place = tokens.Current.Place;
        List<Expression> items = [];
        bool isTuple = false;
        while (!AtTupleEnd(end))
        {
            items.Add(conditional ? Read() : ReadOr());
            if (!tokens.Skip(",")) break;
            isTuple = true;
        }
        if (!isTuple && items.Count == 1) return items[0];
        if (items.Count == 0 && !inParentheses) tokens.Fail($"Expected an expression, found {tokens.Current.Shown}.");
        return new TupleLiteral(place, [.. items]);
    }

    /// <summary>Filters after what they are applied to; null for a block's.</summary>
    public FilterCall? ReadFilters(Expression? target, bool first = false)
    {
        FilterCall? result = null;
        while (first || tokens.Skip("|"))
        {
            first = false;
            Token name = tokens.Expect(TokenKind.Name, "the name of a filter");
            ArgumentList arguments = tokens.Current.Is("(") ? ReadArguments() : ArgumentList.None;
            if (Filters.Find(name.Text) is null && !IsConditional) _unknown.Add((Filters.Unknown(name.Text), name.Place));
            target = result = new FilterCall(name.Place, target, name.Text, arguments);
        }
        return result;
    }

    private bool AtTupleEnd(string? end) => tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || tokens.Current.Is(")")
        || (end is not null && tokens.Current.IsName(end));

    private Expression ReadOr()
    {
        Expression left = ReadAnd();
        for (int place = tokens.Current.Place; tokens.SkipName("or"); place = tokens.Current.Place) left = new Logical(place, false, left, ReadAnd());
        return left;
    }

    private Expression ReadAnd()
    {
        Expression left = ReadNot();
        for (int place = tokens.Current.Place; tokens.SkipName("and"); place = tokens.Current.Place) left = new Logical(place, true, left, ReadNot());
        return left;
    }

    private Expression ReadNot()
    {
        int place = tokens.Current.Place;
        if (!tokens.SkipName("not")) return ReadComparison();
        tokens.Enter();
        Expression operand = ReadNot();
        tokens.Leave();
        return new Not(place, operand);
    }

    private Expression ReadComparison()
    {
        int place = tokens.Current.Place;
        Expression first = ReadSum();
        List<(string, Expression)> rest = [];
        while (ReadComparisonOperator() is string op) rest.Add((op, ReadSum()));
        return rest.Count == 0 ? first : new Comparison(place, first, [.. rest]);
    }

    private string? ReadComparisonOperator()
    {
        if (tokens.Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" }) return tokens.Next().Text;
        if (tokens.SkipName("in")) return "in";
        if (!tokens.Current.IsName("not") || !tokens.Following.IsName("in")) return null;
        tokens.Next();
        tokens.Next();
        return "not in";
    }

    private Expression ReadSum()
    {
        Expression left = ReadConcatenation();
        while (tokens.Current is { Kind: TokenKind.Operator, Text: "+" or "-" })
        {
            Token op = tokens.Next();
            left = new Arithmetic(op.Place, op.Text, left, ReadConcatenation());
        }
        return left;
    }

    private Expression ReadConcatenation()
    {
        int place = tokens.Current.Place;
        List<Expression> parts = [ReadProduct()];
        while (tokens.Skip("~")) parts.Add(ReadProduct());
        return parts.Count == 1 ? parts[0] : new Concatenation(place, [.. parts]);
    }

    private Expression ReadProduct()
    {
        Expression left = ReadPower();
        while (tokens.Current is { Kind: TokenKind.Operator, Text: "*" or "/" or "//" or "%" })
        {
            Token op = tokens.Next();
            left = new Arithmetic(op.Place, op.Text, left, ReadPower());
        }
        return left;
    }

    private Expression ReadPower()
    {
        Expression left = ReadSigned();
        while (tokens.Current.Is("**"))
        {
            Token op = tokens.Next();
            left = new Arithmetic(op.Place, op.Text, left, ReadSigned());
        }
        return left;
    }

    private Expression ReadSigned(bool withFilters = true)
    {
        tokens.Enter();
        Token token = tokens.Current;
        Expression value;
        if (tokens.Skip("-") || tokens.Skip("+")) value = new Signed(token.Place, token.Text == "-", ReadSigned(withFilters: false));
        else value = ReadPrimary();
        value = ReadPostfix(value);
        if (withFilters) value = ReadFiltersAndTests(value);
        tokens.Leave();
        return value;
    }

    private Expression ReadPrimary()
    {
        Token token = tokens.Next();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Literal(token.Place, true),
                    "false" or "False" => new Literal(token.Place, false),
                    "none" or "None" => new Literal(token.Place, null),
                    _ => new Name(token.Place, token.Text),
                };
            case TokenKind.String:
                string text = token.Text;
                while (tokens.Current.Kind == TokenKind.String) text += tokens.Next().Text;
                return new Literal(token.Place, new Text(text, trusted: true));
            case TokenKind.Integer: return new Literal(token.Place, Integer(token));
            case TokenKind.Float: return new Literal(token.Place, double.Parse(token.Text, CultureInfo.InvariantCulture));
            case TokenKind.Operator when token.Text == "(":
                Expression inner = ReadTuple(inParentheses: true);
                tokens.Expect(")");
                return inner;
            case TokenKind.Operator when token.Text == "[": return new ListLiteral(token.Place, ReadUntil("]", Read));
            case TokenKind.Operator when token.Text == "{": return new DictLiteral(token.Place, ReadUntil("}", ReadEntry));
        }
        tokens.Fail($"Expected an expression, found {token.Shown}.", token.Place);
        return null;
    }

    private (Expression, Expression) ReadEntry()
    {
        Expression key = Read();
        tokens.Expect(":");
        return (key, Read());
    }

    private T[] ReadUntil<T>(string close, Func<T> read)
    {
        List<T> items = [];
        while (!tokens.Current.Is(close))
        {
            if (items.Count > 0) tokens.Expect(",");
            if (tokens.Current.Is(close)) break;
            items.Add(read());
        }
        tokens.Expect(close);
        return [.. items];
    }

    private object Integer(Token token)
    {
        string digits = token.Text;
        int radix = digits.Length > 2 && char.IsAsciiLetter(digits[1]) ? char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, _ => 2 } : 10;
        BigInteger value = 0;
        if (digits.Length > Numbers.MostDigits) tokens.Fail($"A number of more than {Numbers.MostDigits} digits.", token.Place);
        if (radix == 10 && digits.Length > 1 && digits[0] == '0' && digits.AsSpan().ContainsAnyExcept('0'))
            tokens.Fail("A whole number does not begin with 0.", token.Place);
        foreach (char digit in radix == 10 ? digits : digits[2..])
        {
            int one = char.IsAsciiDigit(digit) ? digit - '0' : char.ToLowerInvariant(digit) - 'a' + 10;
            if (one >= radix) tokens.Fail($"The digit {digit} does not belong to a number of base {radix}.", token.Place);
            value = value * radix + one;
        }
        return Numbers.Shortened(value);
    }

    private Expression ReadPostfix(Expression value)
    {
        while (true)
        {
            Token token = tokens.Current;
            if (tokens.Skip(".")) value = ReadMember(value, token.Place);
            else if (tokens.Skip("[")) value = ReadSubscript(value, token.Place);
            else if (token.Is("(")) value = new Call(token.Place, value, ReadArguments());
            else return value;
        }
    }

    private Expression ReadMember(Expression target, int place)
    {
        Token member = tokens.Next();
        if (member.Kind == TokenKind.Name) return new Attribute(place, target, member.Text);
        if (member.Kind != TokenKind.Integer) tokens.Fail($"Expected a name or a number after the dot, found {member.Shown}.", member.Place);
        return new Item(place, target, new Literal(member.Place, Integer(member)));
    }

    private Expression ReadSubscript(Expression target, int place)
    {
        List<Expression> keys = [];
        Expression? from = null, to = null, step = null;
        bool isSlice = false;
        while (!tokens.Current.Is("]"))
        {
            if (keys.Count > 0 || isSlice) tokens.Expect(",");
            if (isSlice) tokens.Fail("A slice stands alone between its brackets.");
            if (!tokens.Current.Is(":"))
            {
                from = Read();
                if (!tokens.Current.Is(":"))
                {
                    keys.Add(from);
                    continue;
                }
            }
            tokens.Next();
            isSlice = true;
            if (!AtSliceEnd() && !tokens.Current.Is(":")) to = Read();
            if (tokens.Skip(":") && !AtSliceEnd()) step = Read();
        }
        tokens.Expect("]");
        if (isSlice) return keys.Count == 0 ? new Slice(place, target, from, to, step) : throw new InvalidOperationException();
        return new Item(place, target, keys.Count == 1 ? keys[0] : new TupleLiteral(place, [.. keys]));
    }

    private bool AtSliceEnd() => tokens.Current.Is("]") || tokens.Current.Is(",");

    private ArgumentList ReadArguments()
    {
        int place = tokens.Current.Place;
        tokens.Expect("(");
        List<Expression> positional = [];
        List<(string, Expression)> named = [];
        Expression? rest = null, namedRest = null;
        bool first = true;
        while (!tokens.Current.Is(")"))
        {
            if (!first) tokens.Expect(",");
            first = false;
            if (tokens.Current.Is(")")) break;
            if (namedRest is not null) tokens.Fail("Nothing can follow **.", place);
            if (tokens.Skip("*")) rest = rest is null ? Read() : null;
            else if (tokens.Skip("**")) namedRest = Read();
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Following.Is("="))
            {
                string name = tokens.Next().Text;
                tokens.Next();
                if (named.Exists(one => one.Item1 == name)) tokens.Fail($"The argument {name} is given twice.");
                named.Add((name, Read()));
            }
            else if (rest is not null || named.Count > 0) tokens.Fail("An argument without a name cannot follow one with a name.");
            else positional.Add(Read());
        }
        tokens.Expect(")");
        return new ArgumentList([.. positional], [.. named], rest, namedRest);
    }

    private Expression ReadFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (tokens.Current.Is("|")) value = ReadFilters(value)!;
            else if (tokens.SkipName("is")) value = ReadTest(value);
            else if (tokens.Current.Is("(")) value = new Call(tokens.Current.Place, value, ReadArguments());
            else return value;
        }
    }

    private Expression ReadTest(Expression value)
    {
        bool negated = tokens.SkipName("not");
        Token name = tokens.Expect(TokenKind.Name, "the name of a test");
        ArgumentList arguments = ArgumentList.None;
        if (tokens.Current.Is("(")) arguments = ReadArguments();
        else if (tokens.Current.IsName("is")) tokens.Fail("A test cannot follow a test: put and between them.");
        else if (TakesArgument()) arguments = ArgumentList.None with { Positional = [ReadPostfix(ReadPrimary())] };
        if (Tests.Find(name.Text) is null && !IsConditional) _unknown.Add((Tests.Unknown(name.Text), name.Place));
        Expression test = new TestCall(name.Place, value, name.Text, arguments);
        return negated ? new Not(name.Place, test) : test;
    }

    private bool TakesArgument() => tokens.Current.Kind is TokenKind.String or TokenKind.Integer or TokenKind.Float
        || (tokens.Current.Kind == TokenKind.Name && tokens.Current.Text is not ("else" or "or" or "and"))
        || tokens.Current.Is("(") || tokens.Current.Is("[") || tokens.Current.Is("{");
}
