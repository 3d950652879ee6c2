using System.Globalization;

namespace Sandglass.Cli.Tests.Templates;

/// <summary>
/// Random expressions of a type over <see cref="Variables"/>, of what both renderers have. What @huggingface/jinja is known to do otherwise than Python is left
/// out: see <see cref="JinjaDifferences"/>.
/// </summary>
internal sealed class ExpressionWriter(Random random)
{
    /// <summary>What the templates are given. No float (JSON of JavaScript has none), no letter beyond 16 bits (it counts those as two).</summary>
    public const string Variables = """
        {"s": "Hello World", "w": "  a b\n c ", "e": "", "u": "Größe żółw 漢字", "q": "it's \"q\" \\ <b> &", "n": 5, "z": 0, "k": -3, "l": ["b", "a", "c", "a"],
        "i": [3, 1, 2], "t": true, "f": false, "no": null, "d": {"b": "1", "a": "x", "C": ""},
        "m": [{"role": "system", "content": " Be kind. "}, {"role": "user", "content": "Hi\n\nthere"}, {"role": "assistant", "content": "", "x": "y"}]}
        """;

    private static readonly string[] Literals =
        ["'a'", "\"b c\"", "'\\n'", "''", "'é'", "' x '", "'o'", "','", "'it\\'s'", "\"'\"", "'\\\\'", "'\\t'", "'user'", "'aXbXc'", "' a,b ,,c'"];

    private static readonly string[] Methods = ["upper()", "lower()", "strip()", "lstrip()", "rstrip()"];
    private static readonly string[] Filters = ["upper", "lower", "trim", "string", "indent", "indent(2)", "indent(width=3, blank=true)", "tojson"];
    private static readonly string[] Keys = ["b", "a", "C", "zz"], Bounds = ["", "", "0", "1", "2", "5", "-1", "-2", "-6"],
        Slices = ["::-1", "::-2", "2::-1", "3:0:-1", "-1:0:-1"];

    /// <summary>The names that can be seen, by type; what a block adds is taken away at its end.</summary>
    public List<string> Strings { get; } = ["s", "w", "e", "u", "q"];
    public List<string> Wholes { get; } = ["n", "z", "k"];
    public List<string> Messages { get; } = ["m[0]", "m[1]", "m[-1]"];
    public List<string> Flags { get; } = ["t", "f"];
    public List<(string Name, int Arguments)> Macros { get; } = [];

    public T Any<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];

    public bool Often(int percent) => random.Next(100) < percent;

    /// <summary>A text.</summary>
    public string Text(int depth) => random.Next(depth <= 0 ? 3 : 18) switch
    {
        0 => Any(Literals),
        1 or 2 => Any(Strings),
        3 => $"({Text(depth - 1)} ~ {(Often(40) ? Whole(depth - 1) : Text(depth - 1))})",
        4 => $"({Text(depth - 1)} + {Text(depth - 1)})",
        5 => $"{Atom(depth)}.{Any(Methods)}",
        6 => $"{Atom(depth)}|{Any(Filters)}",
        7 => $"{Atom(depth)}{Slice()}",
        8 => $"({Text(depth - 1)} if {Flag(depth - 1)} else {Text(depth - 1)})",
        9 => $"{Texts(depth - 1)}|join({(Often(70) ? Any(Literals) : "")})",
        10 => $"{(Often(50) ? "l" : "i")}|{Any(["first", "last"])}|string",
        11 => Often(50) ? $"{Any(Messages)}.{Any(["role", "content"])}" : $"{Any(Messages)}['{Any(["role", "content"])}']",
        12 => Often(50) ? $"d.get('{Any(Keys)}', {Text(depth - 1)})" : $"(d['{Any(Keys)}']|default({Text(depth - 1)}))",
        13 => $"(nothing|default({Text(depth - 1)}))",
        14 => Often(60) ? $"({Value(depth - 1)})|tojson" : $"({Value(depth - 1)})|tojson(indent={random.Next(1, 4)})",
        15 => Often(50) ? $"{Atom(depth)}.replace({Any(Literals)}, {Any(Literals)})"
        : $"{Atom(depth)}|replace({Any(Literals)}, {Any(Literals)}, {random.Next(3)})",
        16 => $"({Whole(depth - 1)})|string",
        _ => Macros.Count == 0 ? Any(Strings) : Call(depth),
    };

    /// <summary>A whole number.</summary>
    public string Whole(int depth) => random.Next(depth <= 0 ? 3 : 11) switch
    {
        0 => random.Next(12).ToString(CultureInfo.InvariantCulture),
        1 or 2 => Any(Wholes),
        3 => $"({Whole(depth - 1)} + {Whole(depth - 1)})",
        4 => $"({Whole(depth - 1)} - {Whole(depth - 1)})",
        5 => $"({Whole(depth - 1)} * {random.Next(4)})",
        6 => $"({Whole(depth - 1)} // {random.Next(1, 5)})",
        7 => $"({Atom(depth)}|length % {random.Next(1, 5)})",
        8 => $"{Any([Atom(depth), Texts(depth - 1), Numbers(depth - 1), "d", "m"])}|length",
        9 => $"('{random.Next(300)}'|int)",
        _ => $"({Whole(depth - 1)})|abs",
    };

    /// <summary>True or false.</summary>
    public string Flag(int depth) => random.Next(depth <= 0 ? 3 : 13) switch
    {
        0 => Any(Flags),
        1 => $"({Any(Wholes)} {Any(["<", ">", "==", "!=", "<=", ">="])} {random.Next(6)})",
        2 => Any(Strings),
        3 => $"({Whole(depth - 1)} {Any(["<", ">", "==", "!=", "<=", ">="])} {Whole(depth - 1)})",
        4 => $"({Text(depth - 1)} {Any(["==", "!="])} {Text(depth - 1)})",
        5 => $"({Text(depth - 1)} {Any(["in", "not in"])} {Text(depth - 1)})",
        6 => $"({Text(depth - 1)} {Any(["in", "not in"])} {Texts(depth - 1)})",
        7 => $"('{Any(Keys)}' in d)",
        8 => $"(not {Comparison(depth)})",
        9 => $"({Flag(depth - 1)} {Any(["and", "or"])} {Flag(depth - 1)})",
        10 => $"{Any([Any(Strings), Any(Wholes), "nothing", "no", "d", "l", "d.zz", Any(Messages) + ".x"])} is "
            + $"{Any(["", "not "])}{Any(["defined", "none", "string", "mapping", "undefined"])}",
        11 => $"{Atom(depth)}.{Any(["startswith", "endswith"])}({Any([Any(Literals), "('H', 'a')"])})",
        _ => $"({Texts(depth - 1)})",       // an empty list is false
    };

    /// <summary>A list of texts.</summary>
    public string Texts(int depth) => random.Next(depth <= 0 ? 3 : 11) switch
    {
        0 => "l",
        1 => $"[{Any(Literals)}, {Any(Strings)}]",
        2 => "[]",
        3 => $"{Atom(depth)}.split({Any(["", "','", "' '", "'a'", "'X', 1", "none, 1"])})",
        4 => $"({Texts(depth - 1)} + {Texts(depth - 1)})",
        5 => $"{Listed(depth)}{Slice()}",
        6 => $"({Listed(depth)}|{Any(["reverse", "list"])}|list)",
        7 => $"({Listed(depth)}|{Any(["sort", "sort(reverse=true)", "sort(case_sensitive=true)"])})",
        8 => "(l|unique|list)",
        9 => $"(m|map(attribute='{Any(["role", "content"])}')|list)",
        _ => $"(d.{Any(["keys", "values"])}()|list)",
    };

    /// <summary>A list of whole numbers.</summary>
    public string Numbers(int depth) => random.Next(depth <= 0 ? 2 : 5) switch
    {
        0 => "i",
        1 => Any(["range(3)", "range(1, 4)", "range(6, 0, -2)", "range(0)", $"[{random.Next(9)}, n]"]),
        2 => $"({Numbers(depth - 1)}|list + {Numbers(depth - 1)}|list)",
        3 => $"({Numbers(depth - 1)}|sort{Any(["", "(reverse=true)"])})",
        _ => $"({Numbers(depth - 1)}|list){Slice()}",
    };

    /// <summary>A list of messages.</summary>
    public string Talk() => Any(
    [
        "m", "m[1:]", "m[:-1]", "m[::-1]", "(m|selectattr('role', 'equalto', 'user')|list)", "(m|rejectattr('role', 'equalto', 'system')|list)",
        "(m|selectattr('x', 'defined')|list)", "(m|selectattr('content')|list)", "(m|reverse|list)",
    ]);

    /// <summary>The call of a macro.</summary>
    public string Call(int depth)
    {
        (string name, int arguments) = Any(Macros);
        string[] given = [.. Enumerable.Range(0, arguments).Select(_ => Text(depth - 1))];
        return $"{name}({string.Join(", ", Often(30) ? [.. given, $"b={Text(depth - 1)}"] : given)})";
    }

    private string Value(int depth) => random.Next(7) switch
    {
        0 => Text(depth),
        1 => Whole(depth),
        2 => Texts(depth),
        3 => Any(Messages),
        4 => $"{{'k': {Text(depth)}, \"j\": [{Whole(depth)}, none, true]}}",
        5 => Any(["d", "m", "no", "t"]),
        _ => Numbers(depth) + "|list",
    };

    private string Comparison(int depth) => Often(50) ? $"({Whole(depth - 1)} < {Whole(depth - 1)})" : Any([Any(Strings), Any(Wholes), Any(Flags)]);

    // what stands before a dot, a bar or a bracket
    private string Atom(int depth) => Often(50) ? Any(Strings) : $"({Text(depth - 1)})";

    private string Listed(int depth) => Often(40) ? "l" : $"({Texts(depth - 1)})";

    private string Slice() => Often(30) ? $"[{Any(Slices)}]" : $"[{Any(Bounds)}:{Any(Bounds)}{Any(["", "", ":", ":1", ":2"])}]";
}
