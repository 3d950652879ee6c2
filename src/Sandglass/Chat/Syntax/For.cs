namespace Sandglass.Chat;

/// <summary><c>{% for a in b if c recursive %}…{% else %}…{% endfor %}</c>.</summary>
internal sealed class For(Target target, Expression over, Expression? filter, bool recursive, Block body, Block? otherwise, int place) : Statement
{
    public override Flow Run(Rendering rendering, Scope scope)
    {
        object? items = over.Evaluate(rendering, scope);
        Loop(rendering, scope, items, depth: 0);
        return Flow.Next;
    }

    private void Loop(Rendering rendering, Scope scope, object? items, int depth)
    {
        rendering.Place = place;
        IEnumerable<object?> parts = Iteration.Of(rendering, items);
        if (filter is not null) parts = Filtered(rendering, scope, parts, filter);
        LoopValue loop = new(rendering, filter is null ? items : null, parts, depth, recursive ? (inner, level) => Again(rendering, scope, inner, level)
            : null);
        bool toEnd = false;         // whether any turn came to its end: else is for a loop of which none did, in jinja2 also by break and continue
        while (loop.MoveNext())
        {
            rendering.Take(320);       // a scope with its names
            Scope turn = new(scope);
            turn.Set("loop", loop);
            target.Assign(rendering, turn, loop.Current);
            Flow flow = body.Run(rendering, turn);
            if (flow == Flow.Break) break;
            toEnd |= flow == Flow.Next;
        }
        if (!toEnd) otherwise?.Run(rendering, new Scope(scope));
    }

    private Text Again(Rendering rendering, Scope scope, object? items, int depth)
    {
        rendering.Enter();
        try
        {
            return rendering.Capture((this, rendering, scope, items, depth), static state =>
                state.Item1.Loop(state.rendering, state.scope, state.items, state.depth));
        }
        finally
        {
            rendering.Leave();
        }
    }

    private IEnumerable<object?> Filtered(Rendering rendering, Scope scope, IEnumerable<object?> parts, Expression test)
    {
        foreach (object? part in parts)
        {
            Scope turn = new(scope);
            target.Assign(rendering, turn, part);
            if (Kinds.IsTrue(test.Evaluate(rendering, turn))) yield return part;
        }
    }
}
