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

    public static TemplateException Unknown(string name) => new("template-unknown", $"There is no test {name}. Those there are: {string.Join(", ", All.Keys.Where(key => char.IsLetter(key[0])).Order(StringComparer.Ordinal))}.");

    private static Dictionary<string, Test> Table()
    {
        Dictionary<string, Test> tests = new(StringComparer.Ordinal)
        {
            ["defined"] = static (_, v, _) => v is not Undefined,
            ["undefined"] = static (_, v, _) => v is Undefined,
            ["none"] = static (_, v, _) => v is null,
            ["boolean"] = static (_, v, _) => v is bool,
            ["true"] = static (_, v, _) => v is true,
            ["false"] = static (_, v, _) => v is false,
            ["integer"] = static (_, v, _) => v is long or BigInteger,
            ["float"] = static (_, v, _) => v is double,
            ["number"] = static (_, v, _) => Kinds.IsNumber(v),
            ["string"] = static (_, v, _) => v is Text,
            ["mapping"] = static (_, v, _) => v is DictValue,
            ["iterable"] = static (_, v, _) => Iteration.Can(v),
            ["sequence"] = static (_, v, _) => v is Text or ListValue or TupleValue or DictValue or RangeValue or Undefined,
            ["callable"] = static (_, v, _) => v is Callable or Undefined,
            ["escaped"] = static (_, v, _) => v is Text { IsSafe: true },
            ["odd"] = static (r, v, _) => Equality.AreEqual(r, Operations.Compute(r, "%", v, 2L), 1L),
            ["even"] = static (r, v, _) => Equality.AreEqual(r, Operations.Compute(r, "%", v, 2L), 0L),
            ["divisibleby"] = static (r, v, a) => Equality.AreEqual(r, Operations.Compute(r, "%", v, One("divisibleby", a)), 0L),
            ["sameas"] = static (_, v, a) => IsSame(v, One("sameas", a)),
            ["lower"] = static (r, v, _) => Casing.Is(r, Printer.Str(r, v), upper: false),
            ["upper"] = static (r, v, _) => Casing.Is(r, Printer.Str(r, v), upper: true),
            ["filter"] = static (_, v, _) => v is Text name && Filters.Find(name.Value) is not null,
            ["test"] = static (_, v, _) => v is Text name && Find(name.Value) is not null,
            ["in"] = static (r, v, a) => Operations.Contains(r, One("in", a), v),
        };
        foreach ((string op, string[] names) in ((string, string[])[])
            [("==", ["eq", "equalto", "=="]), ("!=", ["ne", "!="]), ("<", ["lt", "lessthan", "<"]), ("<=", ["le", "<="]), (">", ["gt", "greaterthan", ">"]), (">=", ["ge", ">="])])
        {
            foreach (string name in names) tests[name] = (rendering, value, arguments) => Operations.Holds(rendering, op, value, One(name, arguments));
        }
        return tests;
    }

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
