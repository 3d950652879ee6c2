using System.Collections.Frozen;
using System.Numerics;

namespace Sandglass.Chat;

/// <summary>A test: what <c>is</c> asks of a value.</summary>
internal delegate object? Test(Rendering rendering, object? value, Arguments arguments);

/// <summary>All tests of jinja2 by name.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, Test> All = Table().ToFrozenDictionary(StringComparer.Ordinal);

    public static Test? Find(string name) => All.GetValueOrDefault(name);

    public static TemplateException Unknown(string name) => new("template-unknown",
        $"There is no test {name}. Those there are: {string.Join(", ", All.Keys.Where(key => char.IsLetter(key[0])).Order(StringComparer.Ordinal))}.");

    private static Dictionary<string, Test> Table()
    {
        Dictionary<string, Test> tests = new(StringComparer.Ordinal)
        {
            ["defined"] = Alone(static (_, v) => v is not Undefined),
            ["undefined"] = Alone(static (_, v) => v is Undefined),
            ["none"] = Alone(static (_, v) => v is null),
            ["boolean"] = Alone(static (_, v) => v is bool),
            ["true"] = Alone(static (_, v) => v is true),
            ["false"] = Alone(static (_, v) => v is false),
            ["integer"] = Alone(static (_, v) => v is long or BigInteger),
            ["float"] = Alone(static (_, v) => v is double),
            ["number"] = Alone(static (_, v) => Kinds.IsNumber(v)),
            ["string"] = Alone(static (_, v) => v is Text),
            ["mapping"] = Alone(static (_, v) => v is DictValue),
            ["iterable"] = Alone(static (_, v) => Iteration.Can(v)),
            ["sequence"] = Alone(static (_, v) => v is Text or ListValue or TupleValue or DictValue or RangeValue or Undefined),
            ["callable"] = Alone(static (_, v) => v is Callable or Undefined),
            ["escaped"] = Alone(static (_, v) => v is Text { IsSafe: true }),
            ["odd"] = Alone(static (r, v) => Equality.AreEqual(r, Operations.Compute(r, "%", v, 2L), 1L)),
            ["even"] = Alone(static (r, v) => Equality.AreEqual(r, Operations.Compute(r, "%", v, 2L), 0L)),
            ["divisibleby"] = static (r, v, a) => Equality.AreEqual(r, Operations.Compute(r, "%", v, One("divisibleby", a)), 0L),
            ["sameas"] = static (_, v, a) => IsSame(v, One("sameas", a)),
            ["lower"] = Alone(static (r, v) => Casing.Is(r, Printer.Str(r, v), upper: false)),
            ["upper"] = Alone(static (r, v) => Casing.Is(r, Printer.Str(r, v), upper: true)),
            ["filter"] = Alone(static (_, v) => v is Text name && Filters.Find(name.Value) is not null),
            ["test"] = Alone(static (_, v) => v is Text name && Find(name.Value) is not null),
            ["in"] = static (r, v, a) => Operations.Contains(r, One("in", a), v),
        };
        foreach ((string op, string[] names) in ((string, string[])[])
            [("==", ["eq", "equalto", "=="]), ("!=", ["ne", "!="]), ("<", ["lt", "lessthan", "<"]), ("<=", ["le", "<="]), (">", ["gt", "greaterthan", ">"]),
                (">=", ["ge", ">="])])
        {
            foreach (string name in names) tests[name] = (rendering, value, arguments) => Operations.Holds(rendering, op, value, One(name, arguments));
        }
        return tests;
    }

    private static Test Alone(Func<Rendering, object?, object?> test) => (rendering, value, arguments) =>
    {
        arguments.Match("The test", 0);
        return test(rendering, value);
    };

    private static object? One(string name, Arguments arguments) => arguments.Match(name, 1, "other")[0];

    // the same object; of small things that are made anew each time, the same value
    private static bool IsSame(object? a, object? b) => ReferenceEquals(a, b) || (a, b) switch
    {
        (bool x, bool y) => x == y,
        (long x, long y) => x == y,
        (Text x, Text y) => x.Value == y.Value,
        _ => false,
    };
}
