namespace Sandglass.Chat;

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>A part of a template that does something.</summary>
internal abstract class Statement
{
    public abstract Flow Run(Rendering rendering, Scope scope);
}

/// <summary>Statements, one after the other.</summary>
internal sealed class Block(Statement[] statements) : Statement
{
    public override Flow Run(Rendering rendering, Scope scope)
    {
        rendering.Descend();
        Flow flow = Flow.Next;
        for (int i = 0; i < statements.Length && flow == Flow.Next; i++)
        {
            rendering.Step();
            flow = statements[i].Run(rendering, scope);
        }
        rendering.Ascend();
        return flow;
    }
}

/// <summary>Text of the template.</summary>
internal sealed class Data(string text) : Statement
{
    public override Flow Run(Rendering rendering, Scope scope)
    {
        rendering.Output.Append(text);
        return Flow.Next;
    }
}

/// <summary><c>{{ a }}</c>.</summary>
internal sealed class Output(Expression value) : Statement
{
    public override Flow Run(Rendering rendering, Scope scope)
    {
        rendering.Output.Append(Printer.Str(rendering, value.Evaluate(rendering, scope)));
        return Flow.Next;
    }
}

/// <summary><c>{% if a %}…{% elif b %}…{% else %}…{% endif %}</c>.</summary>
internal sealed class If((Expression Test, Block Body)[] branches, Block? otherwise) : Statement
{
    public override Flow Run(Rendering rendering, Scope scope)
    {
        foreach ((Expression test, Block body) in branches)
            if (Kinds.IsTrue(test.Evaluate(rendering, scope))) return body.Run(rendering, scope);
        return otherwise?.Run(rendering, scope) ?? Flow.Next;
    }
}

/// <summary><c>{% break %}</c>, <c>{% continue %}</c>.</summary>
internal sealed class Jump(Flow flow) : Statement
{
    public override Flow Run(Rendering rendering, Scope scope) => flow;
}

/// <summary><c>{% set a = b %}</c>.</summary>
internal sealed class Set(Target target, Expression value) : Statement
{
    public override Flow Run(Rendering rendering, Scope scope)
    {
        target.Assign(rendering, scope, value.Evaluate(rendering, scope));
        return Flow.Next;
    }
}

/// <summary><c>{% set a %}…{% endset %}</c>: the text of a block.</summary>
internal sealed class SetBlock(Target target, FilterCall? filter, Block body) : Statement
{
    public override Flow Run(Rendering rendering, Scope scope)
    {
        Text text = rendering.Capture((rendering, scope: new Scope(scope), body), static state => state.body.Run(state.rendering, state.scope));
        target.Assign(rendering, scope, filter is null ? text : filter.Apply(rendering, scope, text));
        return Flow.Next;
    }
}

/// <summary><c>{% filter upper %}…{% endfilter %}</c>.</summary>
internal sealed class FilterBlock(FilterCall filter, Block body) : Statement
{
    public override Flow Run(Rendering rendering, Scope scope)
    {
        Text text = rendering.Capture((rendering, scope: new Scope(scope), body), static state => state.body.Run(state.rendering, state.scope));
        rendering.Output.Append(Printer.Str(rendering, filter.Apply(rendering, scope, text)));
        return Flow.Next;
    }
}

/// <summary>A block with names of its own: <c>{% with a = b %}</c>, <c>{% block a %}</c>, <c>{% generation %}</c>.</summary>
internal sealed class With((Target Target, Expression Value)[] names, Block body) : Statement
{
    public override Flow Run(Rendering rendering, Scope scope)
    {
        Scope inner = new(scope);
        foreach ((Target target, Expression value) in names) target.Assign(rendering, inner, value.Evaluate(rendering, scope));
        return body.Run(rendering, inner);
    }
}

/// <summary><c>{% macro a(b) %}…{% endmacro %}</c>.</summary>
internal sealed class Macro(Signature signature) : Statement
{
    public override Flow Run(Rendering rendering, Scope scope)
    {
        scope.Set(signature.Name, new MacroValue(signature, scope));
        return Flow.Next;
    }
}

/// <summary><c>{% call(a) b(c) %}…{% endcall %}</c>: a call whose callee may ask for the block.</summary>
internal sealed class CallBlock(Call call, Signature signature) : Statement
{
    public override Flow Run(Rendering rendering, Scope scope)
    {
        object? value = call.Invoke(rendering, scope, new MacroValue(signature, scope));
        rendering.Output.Append(Printer.Str(rendering, value));
        return Flow.Next;
    }
}
