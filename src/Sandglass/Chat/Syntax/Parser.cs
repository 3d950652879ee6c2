namespace Sandglass.Chat;

/// <summary>Reads a template's statements into a tree.</summary>
internal sealed class Parser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private readonly bool _generationBlocks;
    private int _loops;

    private Parser(string source, bool generationBlocks)
    {
        _tokens = new TokenStream(Lexer.Read(source), source);
        _expressions = new ExpressionParser(_tokens);
        _generationBlocks = generationBlocks;
    }

    /// <summary>Reads a normalised source.</summary>
    public static Block Read(string source, bool generationBlocks)
    {
        Parser parser = new(source, generationBlocks);
        Block whole = parser.ReadBlock();
        parser._expressions.RefuseUnknown();
        return whole;
    }

    /// <summary>Statements up to a tag with one of these names, or without names to the end of the template.</summary>
    private Block ReadBlock(params ReadOnlySpan<string> ends)
    {
        _tokens.Enter();
        List<Statement> statements = [];
        while (true)
        {
            Token token = _tokens.Next();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    statements.Add(new Data(token.Text));
                    break;
                case TokenKind.VariableBegin:
                    statements.Add(new Output(_expressions.ReadTuple()));
                    _tokens.Expect(TokenKind.VariableEnd, "}}");
                    break;
                case TokenKind.BlockBegin:
                    if (_tokens.Current.Kind == TokenKind.Name && ends.Contains(_tokens.Current.Text))
                    {
                        _tokens.Leave();
                        return new Block([.. statements]);
                    }
                    statements.Add(ReadStatement(ends));
                    _tokens.Expect(TokenKind.BlockEnd, "%}");
                    break;
                default:
                    if (ends.Length > 0) _tokens.Fail($"The template ends inside a block: expected {Listed(ends)}.", token.Place);
                    _tokens.Leave();
                    return new Block([.. statements]);
            }
        }
    }

    private Statement ReadStatement(ReadOnlySpan<string> ends)
    {
        Token tag = _tokens.Expect(TokenKind.Name, "the name of a statement");
        switch (tag.Text)
        {
            case "for": return ReadFor(tag.Place);
            case "if": return ReadIf();
            case "set": return ReadSet();
            case "macro": return ReadMacro();
            case "call": return ReadCall();
            case "filter": return ReadFilterBlock();
            case "with": return ReadWith();
            case "print": return ReadPrint();
            case "block": return ReadNamedBlock();
            case "generation" when _generationBlocks: return ReadGeneration();
            case "break" or "continue" when _loops > 0: return new Jump(tag.Text == "break" ? Flow.Break : Flow.Continue);
            case "break" or "continue": _tokens.Fail($"{tag.Text} stands in no loop.", tag.Place); break;
            case "include" or "import" or "from" or "extends":
                _tokens.Unsupported($"{tag.Text} reads another template, and a chat template has no other: put what it needs into it.", tag.Place);
                break;
            case "generation":
                _tokens.Unsupported("{% generation %} is an extension of transformers that plain jinja2 refuses; it marks the assistant's part in training. "
                    + "Templates of model files may have it; elsewhere it must be asked for.", tag.Place);
                break;
            default:
                _tokens.Fail($"There is no statement {tag.Text}{(ends.Length > 0 ? $"; the block that is open here ends with {Listed(ends)}" : "")}.",
                tag.Place); break;
        }
        return null;
    }

    private Block ReadPrint()
    {
        List<Statement> outputs = [];
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (outputs.Count > 0) _tokens.Expect(",");
            outputs.Add(new Output(_expressions.Read()));
        }
        return new Block([.. outputs]);
    }

    private For ReadFor(int place)
    {
        if (_tokens.Current.IsName("loop")) _tokens.Fail("loop is the loop's own and cannot be its variable.");
        Target target = ReadTarget(end: "in");
        _tokens.ExpectName("in");
        Expression over = _expressions.ReadTuple(conditional: false, end: "recursive");
        Expression? filter = _tokens.SkipName("if") ? _expressions.Read() : null;
        bool recursive = _tokens.SkipName("recursive");
        _loops++;
        Block body = ReadBody("endfor", "else");
        _loops--;
        Block? otherwise = EndsWithElse("endfor") ? ReadBody("endfor") : null;
        _tokens.Next();
        return new For(target, over, filter, recursive, body, otherwise, place);
    }

    private If ReadIf()
    {
        List<(Expression, Block)> branches = [];
        Block? otherwise = null;
        bool before = _expressions.IsConditional;
        _expressions.IsConditional = true;
        do
        {
            Expression test = _expressions.ReadTuple(conditional: false);
            branches.Add((test, ReadBody(conditional: true, "elif", "else", "endif")));
        }
        while (_tokens.SkipName("elif"));
        if (_tokens.SkipName("else")) otherwise = ReadBody(conditional: true, "endif");
        _expressions.IsConditional = before;
        _tokens.Next();
        return new If([.. branches], otherwise);
    }

    private Statement ReadSet()
    {
        Target target = ReadTarget(withNamespace: true);
        if (_tokens.Skip("=")) return new Set(target, _expressions.ReadTuple());
        FilterCall? filter = _expressions.ReadFilters(null);
        Block body = ReadBody("endset");
        _tokens.Next();
        return new SetBlock(target, filter, body);
    }

    private Macro ReadMacro()
    {
        string name = ReadName();
        return new Macro(ReadSignature(name, "endmacro"));
    }

    private CallBlock ReadCall()
    {
        int from = _tokens.Position;
        (string[] parameters, Expression[] defaults) = _tokens.Current.Is("(") ? ReadParameters() : ([], []);
        int place = _tokens.Current.Place;
        if (_expressions.Read() is not Call call)
        {
            _tokens.Fail("Expected a call of a macro after call.", place);
            return null;
        }
        Block body = ReadOutsideLoops("endcall");
        Signature signature = new("caller", parameters, defaults, body, _tokens.NamesBetween(from, _tokens.Position));
        _tokens.Next();
        return new CallBlock(call, signature);
    }

    private FilterBlock ReadFilterBlock()
    {
        FilterCall filter = _expressions.ReadFilters(null, first: true)!;
        Block body = ReadBody("endfilter");
        _tokens.Next();
        return new FilterBlock(filter, body);
    }

    private With ReadWith()
    {
        List<(Target, Expression)> names = [];
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (names.Count > 0) _tokens.Expect(",");
            Target target = ReadTarget();
            _tokens.Expect("=");
            names.Add((target, _expressions.Read()));
        }
        Block body = ReadBody("endwith");
        _tokens.Next();
        return new With([.. names], body);
    }

    // without a template that extends this one, a block is what it holds
    private With ReadNamedBlock()
    {
        string name = ReadName();
        while (_tokens.SkipName("scoped") || _tokens.SkipName("required")) { }
        Block body = ReadOutsideLoops("endblock");
        _tokens.Next();
        _tokens.SkipName(name);
        return new With([], body);
    }

    private With ReadGeneration()
    {
        Block body = ReadBody("endgeneration");
        _tokens.Next();
        return new With([], body);
    }

    private Signature ReadSignature(string name, string end)
    {
        int from = _tokens.Position;
        (string[] parameters, Expression[] defaults) = ReadParameters();
        Block body = ReadOutsideLoops(end);
        Signature signature = new(name, parameters, defaults, body, _tokens.NamesBetween(from, _tokens.Position));
        _tokens.Next();
        return signature;
    }

    private (string[] Parameters, Expression[] Defaults) ReadParameters()
    {
        _tokens.Expect("(");
        List<string> parameters = [];
        List<Expression> defaults = [];
        while (!_tokens.Current.Is(")"))
        {
            if (parameters.Count > 0) _tokens.Expect(",");
            parameters.Add(ReadName());
            if (_tokens.Skip("=")) defaults.Add(_expressions.Read());
            else if (defaults.Count > 0) _tokens.Fail("A parameter without a default cannot follow one with a default.");
        }
        _tokens.Expect(")");
        return ([.. parameters], [.. defaults]);
    }

    /// <summary>The rest of a tag, and the statements up to the tag that ends them, whose name is next.</summary>
    private Block ReadBody(params ReadOnlySpan<string> ends) => ReadBody(conditional: false, ends);

    private Block ReadBody(bool conditional, params ReadOnlySpan<string> ends)
    {
        bool before = _expressions.IsConditional;
        _expressions.IsConditional = conditional;
        _tokens.Expect(TokenKind.BlockEnd, "%}");
        Block body = ReadBlock(ends);
        _expressions.IsConditional = before;
        return body;
    }

    // a macro's body runs where it is called: the loop around its definition is not its own
    private Block ReadOutsideLoops(string end)
    {
        (int before, _loops) = (_loops, 0);
        Block body = ReadBody(end);
        _loops = before;
        return body;
    }

    private bool EndsWithElse(string end) => !_tokens.Current.IsName(end) && _tokens.SkipName("else");

    private string ReadName()
    {
        Token name = _tokens.Expect(TokenKind.Name, "a name");
        RefuseConstant(name);
        return name.Text;
    }

    private Target ReadTarget(string? end = null, bool withNamespace = false)
    {
        int place = _tokens.Current.Place;
        List<Target> targets = [];
        bool isTuple = false;
        while (_tokens.Current.Kind != TokenKind.BlockEnd && !(end is not null && _tokens.Current.IsName(end)) && !_tokens.Current.Is("=")
            && !_tokens.Current.Is(")"))
        {
            targets.Add(ReadOneTarget(withNamespace));
            if (!_tokens.Skip(",")) break;
            isTuple = true;
        }
        if (targets.Count == 0) _tokens.Fail($"Expected a name, found {_tokens.Current.Shown}.");
        return targets.Count == 1 && !isTuple ? targets[0] : new TupleTarget(place, [.. targets]);
    }

    private Target ReadOneTarget(bool withNamespace)
    {
        if (_tokens.Skip("("))
        {
            _tokens.Enter();
            Target inner = ReadTarget(withNamespace: withNamespace);
            _tokens.Expect(")");
            _tokens.Leave();
            return inner;
        }
        Token name = _tokens.Expect(TokenKind.Name, "a name");
        RefuseConstant(name);
        if (!withNamespace || !_tokens.Skip(".")) return new NameTarget(name.Text);
        return new AttributeTarget(name.Place, name.Text, _tokens.Expect(TokenKind.Name, "a name").Text);
    }

    private void RefuseConstant(Token name)
    {
        if (name.Text is "true" or "false" or "none" or "True" or "False" or "None") _tokens.Fail($"Nothing can be assigned to {name.Text}.", name.Place);
    }

    private static string Listed(ReadOnlySpan<string> ends) => string.Join(" or ", ends.ToArray());
}
