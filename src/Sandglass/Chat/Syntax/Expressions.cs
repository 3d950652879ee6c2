namespace Sandglass.Chat;

/// <summary>A part of a template that has a value.</summary>
/// <param name="place">Where it stands in the source.</param>
internal abstract class Expression(int place)
{
    public int Place => place;

    public object? Evaluate(Rendering rendering, Scope scope)
    {
        rendering.Descend();
        object? value = Value(rendering, scope);
        rendering.Ascend();
        return value;
    }

    protected abstract object? Value(Rendering rendering, Scope scope);
}

/// <summary>A number, a string, true, false or none.</summary>
internal sealed class Literal(int place, object? value) : Expression(place)
{
    public object? Constant => value;

    protected override object? Value(Rendering rendering, Scope scope) => value;
}

/// <summary>A name.</summary>
internal sealed class Name(int place, string name) : Expression(place)
{
    public string Spelled => name;

    protected override object? Value(Rendering rendering, Scope scope) => scope.TryGet(name, out object? value) ? value : Undefined.Name(name);
}

/// <summary><c>[a, b]</c>.</summary>
internal sealed class ListLiteral(int place, Expression[] items) : Expression(place)
{
    protected override object? Value(Rendering rendering, Scope scope)
    {
        rendering.Take(32 + 16 * items.Length);
        return new ListValue([.. items.Select(item => item.Evaluate(rendering, scope))]);
    }
}

/// <summary><c>(a, b)</c>.</summary>
internal sealed class TupleLiteral(int place, Expression[] items) : Expression(place)
{
    public Expression[] Items => items;

    protected override object? Value(Rendering rendering, Scope scope)
    {
        rendering.Take(32 + 16 * items.Length);
        return new TupleValue([.. items.Select(item => item.Evaluate(rendering, scope))]);
    }
}

/// <summary><c>{'a': b}</c>.</summary>
internal sealed class DictLiteral(int place, (Expression Key, Expression Value)[] entries) : Expression(place)
{
    protected override object? Value(Rendering rendering, Scope scope)
    {
        DictValue dict = new(rendering);
        foreach ((Expression key, Expression value) in entries) dict.Set(key.Evaluate(rendering, scope), value.Evaluate(rendering, scope));
        return dict;
    }
}

/// <summary><c>a if b else c</c>.</summary>
internal sealed class Conditional(int place, Expression test, Expression then, Expression? otherwise) : Expression(place)
{
    protected override object? Value(Rendering rendering, Scope scope)
    {
        if (Kinds.IsTrue(test.Evaluate(rendering, scope))) return then.Evaluate(rendering, scope);
        return otherwise is null ? new Undefined("the inline if-expression was false and has no else") : otherwise.Evaluate(rendering, scope);
    }
}

/// <summary><c>a and b</c>, <c>a or b</c>: the operand that decides, and no more than needed.</summary>
internal sealed class Logical(int place, bool isAnd, Expression left, Expression right) : Expression(place)
{
    protected override object? Value(Rendering rendering, Scope scope)
    {
        object? first = left.Evaluate(rendering, scope);
        return Kinds.IsTrue(first) == isAnd ? right.Evaluate(rendering, scope) : first;
    }
}

/// <summary><c>not a</c>.</summary>
internal sealed class Not(int place, Expression operand) : Expression(place)
{
    protected override object? Value(Rendering rendering, Scope scope) => !Kinds.IsTrue(operand.Evaluate(rendering, scope));
}

/// <summary><c>-a</c>, <c>+a</c>.</summary>
internal sealed class Signed(int place, bool negative, Expression operand) : Expression(place)
{
    protected override object? Value(Rendering rendering, Scope scope)
    {
        object? value = operand.Evaluate(rendering, scope);
        rendering.Place = Place;
        if (!Kinds.IsNumber(value)) throw Operations.NotDefined(negative ? "-" : "+", value);
        return negative ? Numbers.Negated(value) : value is bool flag ? flag ? 1L : 0L : value;
    }
}

/// <summary><c>a + b</c> and the other operators of arithmetic.</summary>
internal sealed class Arithmetic(int place, string op, Expression left, Expression right) : Expression(place)
{
    protected override object? Value(Rendering rendering, Scope scope)
    {
        object? a = left.Evaluate(rendering, scope), b = right.Evaluate(rendering, scope);
        rendering.Place = Place;
        return Operations.Compute(rendering, op, a, b);
    }
}

/// <summary><c>a ~ b</c>: both as text.</summary>
internal sealed class Concatenation(int place, Expression[] parts) : Expression(place)
{
    protected override object? Value(Rendering rendering, Scope scope)
    {
        Text joined = Text.Empty;
        foreach (Expression part in parts) joined = Text.Join(rendering, joined, Printer.Str(rendering, part.Evaluate(rendering, scope)).Marked(false));
        return joined;
    }
}

/// <summary><c>a &lt; b &lt;= c</c>, <c>a in b</c>: each neighbour pair must hold.</summary>
internal sealed class Comparison(int place, Expression first, (string Op, Expression Right)[] rest) : Expression(place)
{
    protected override object? Value(Rendering rendering, Scope scope)
    {
        object? left = first.Evaluate(rendering, scope);
        foreach ((string op, Expression next) in rest)
        {
            object? right = next.Evaluate(rendering, scope);
            rendering.Place = Place;
            if (!Operations.Holds(rendering, op, left, right)) return false;
            left = right;
        }
        return true;
    }
}
