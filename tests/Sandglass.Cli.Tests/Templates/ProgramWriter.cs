using System.Text;

namespace Sandglass.Cli.Tests.Templates;

/// <summary>Small random templates that render: white space and its control, branches, loops, macros, blocks and comments. The same seed writes the same
/// ones.</summary>
internal sealed class ProgramWriter
{
    // no brace begins a tag with what may follow it, and nothing that ends a tag is among them
    private static readonly string[] Texts =
        ["a", "b ", " c", "\n", "  \n  ", "\t", "x\ny\n", "\n\n", " \n", "<|im_start|>", "}", " é", "漢", "1", "  z", "'", "\"", "user\n"];

    private readonly StringBuilder _source = new();
    private readonly ExpressionWriter _write;
    private readonly Random _random;
    private readonly List<string> _spaces = [];     // namespaces, each with c, a number, and t, a text
    private int _names, _loops;

    public ProgramWriter(int seed) => _write = new ExpressionWriter(_random = new Random(seed));

    /// <summary>The next one.</summary>
    public string Next()
    {
        _source.Clear();
        _names = 0;
        Block(depth: 3, statements: _random.Next(2, 7));
        return _source.ToString();
    }

    /// <summary>Statements, and the names that they add until their end.</summary>
    private void Block(int depth, int statements)
    {
        (int texts, int wholes, int messages, int flags, int macros, int spaces) =
            (_write.Strings.Count, _write.Wholes.Count, _write.Messages.Count, _write.Flags.Count, _write.Macros.Count, _spaces.Count);
        for (int i = 0; i < statements; i++) Statement(depth);
        Cut(_write.Strings, texts);
        Cut(_write.Wholes, wholes);
        Cut(_write.Messages, messages);
        Cut(_write.Flags, flags);
        Cut(_write.Macros, macros);
        Cut(_spaces, spaces);
    }

    private static void Cut<T>(List<T> names, int count) => names.RemoveRange(count, names.Count - count);

    private void Statement(int depth)
    {
        switch (_random.Next(depth <= 0 ? 7 : 16))
        {
            case 0 or 1: Text(); break;
            case 2 or 3: Shown(_write.Text(2)); break;
            case 4: Shown(_write.Whole(2)); break;
            case 5: Set(depth); break;
            case 6: Update(); break;
            case 7 or 8: If(depth); break;
            case 9 or 10 or 11: For(depth); break;
            case 12: Macro(depth); break;
            case 13: Filter(depth); break;
            case 14: Called(depth); break;
            default: _source.Append(Edge("{#")).Append(" a comment ").Append(Edge("#}")); break;
        }
        if (_write.Often(40)) Text();
    }

    private void Text() => _source.Append(_write.Any(Texts));

    private void Shown(string expression) => _source.Append(Edge("{{")).Append(' ').Append(expression).Append(' ').Append(Edge("}}"));

    private void Tag(string what) => _source.Append(Edge("{%")).Append(' ').Append(what).Append(' ').Append(Edge("%}"));

    /// <summary>The beginning or the end of a tag, which may take the white space beside it away.</summary>
    private string Edge(string tag) => _write.Often(70) ? tag : tag[1] == '}' ? "-" + tag : tag + "-";

    private string Name() => $"v{_names++}";

    private void Set(int depth)
    {
        string name = Name();
        switch (_random.Next(5))
        {
            case 0: Tag($"set {name} = {_write.Text(2)}"); _write.Strings.Add(name); break;
            case 1: Tag($"set {name} = {_write.Whole(2)}"); _write.Wholes.Add(name); break;
            case 2:
                string other = Name();
                Tag($"set {name}, {other} = [{_write.Text(1)}, {_write.Whole(1)}]");
                _write.Strings.Add(name);
                _write.Wholes.Add(other);
                break;
            case 3:
                Tag($"set {name}");
                Block(depth - 1, 2);
                Tag("endset");
                _write.Strings.Add(name);
                break;
            default:
                Tag($"set {name} = namespace(c={_random.Next(5)}, t={_write.Text(1)})");
                _spaces.Add(name);
                _write.Wholes.Add($"{name}.c");
                _write.Strings.Add($"{name}.t");
                break;
        }
    }

    // by little, so that what is in a loop stays small
    private void Update()
    {
        if (_spaces.Count == 0) Text();
        else if (_write.Often(50)) Tag($"set {_write.Any(_spaces)}.c = {_random.Next(9)} - {_write.Any(["n", "k", _loops > 0 ? "loop.index" : "z"])}");
        else
        {
            string space = _write.Any(_spaces);
            Tag($"set {space}.t = {space}.t ~ {_write.Any(["s", "'-'", "n"])}");
        }
    }

    private void If(int depth)
    {
        Tag($"if {_write.Flag(2)}");
        Block(depth - 1, 2);
        if (_write.Often(30))
        {
            Tag($"elif {_write.Flag(2)}");
            Block(depth - 1, 1);
        }
        if (_write.Often(50))
        {
            Tag("else");
            Block(depth - 1, 1);
        }
        Tag("endif");
    }

    private void For(int depth)
    {
        string name = Name(), other = Name();
        (int texts, int wholes, int messages, int flags) = (_write.Strings.Count, _write.Wholes.Count, _write.Messages.Count, _write.Flags.Count);
        string head = _random.Next(6) switch
        {
            0 => Over(_write.Numbers(1), _write.Wholes, $"{name} > {_random.Next(3)}"),
            1 or 2 => Over(_write.Talk(), _write.Messages, $"{name}.role != '{_write.Any(["user", "system"])}'"),
            3 => Pairs("d.items()"),
            4 => Pairs(_write.Any(["d|dictsort", "d|items", "d|dictsort(reverse=true)"])),
            _ => Over(_write.Texts(1), _write.Strings, name),
        };
        Tag(head);
        _write.Wholes.AddRange(["loop.index", "loop.index0", "loop.revindex", "loop.length"]);
        _write.Flags.AddRange(["loop.first", "loop.last", "(loop.previtem is defined)", "(loop.nextitem is undefined)"]);
        _loops++;
        // before anything is written
        if (_write.Often(20)) _source.Append($"{{%- if {_write.Flag(1)} %}}{{% {_write.Any(["break", "continue"])} %}}{{% endif %}}");
        Block(depth - 1, _random.Next(1, 4));
        _loops--;
        Cut(_write.Strings, texts);
        Cut(_write.Wholes, wholes);
        Cut(_write.Messages, messages);
        Cut(_write.Flags, flags);
        if (_write.Often(30))
        {
            Tag("else");
            WithoutLoop(depth - 1);
        }
        Tag("endfor");

        string Over(string list, List<string> names, string condition)
        {
            names.Add(name);
            return $"for {name} in {list}{(_write.Often(30) ? $" if {condition}" : "")}";
        }

        string Pairs(string list)
        {
            _write.Strings.AddRange([name, other]);
            return $"for {name}, {other} in {list}";
        }
    }

    // else of a loop: there @huggingface/jinja takes another loop for the one around
    private void WithoutLoop(int depth)
    {
        (string[] wholes, string[] flags, int loops) = ([.. _write.Wholes], [.. _write.Flags], _loops);
        _write.Wholes.RemoveAll(name => name.Contains("loop.", StringComparison.Ordinal));
        _write.Flags.RemoveAll(name => name.Contains("loop.", StringComparison.Ordinal));
        _loops = 0;
        Block(depth, 1);
        Restore(_write.Wholes, wholes);
        Restore(_write.Flags, flags);
        _loops = loops;
    }

    /// <summary>A macro of one argument and one that may be left out. It sees what the template was given, and its arguments.</summary>
    private void Macro(int depth)
    {
        string name = $"f{_names++}";
        string[] texts = [.. _write.Strings], wholes = [.. _write.Wholes], messages = [.. _write.Messages], flags = [.. _write.Flags], spaces = [.. _spaces];
        (string, int)[] macros = [.. _write.Macros];
        Keep(_write.Strings, 5, ["a", "b"]);
        Keep(_write.Wholes, 3, []);
        Keep(_write.Messages, 3, []);
        Keep(_write.Flags, 2, []);
        _write.Macros.Clear();
        _spaces.Clear();
        int loops = _loops;
        _loops = 0;
        Tag($"macro {name}(a, b={_write.Any(["'B'", "s", "''"])})");
        Block(depth - 1, 2);
        Tag("endmacro");
        Restore(_write.Strings, texts);
        Restore(_write.Wholes, wholes);
        Restore(_write.Messages, messages);
        Restore(_write.Flags, flags);
        Restore(_write.Macros, macros);
        Restore(_spaces, spaces);
        _loops = loops;
        _write.Macros.Add((name, 1));
    }

    private void Filter(int depth)
    {
        Tag($"filter {_write.Any(["upper", "lower", "trim", "indent(2)", "replace('a', 'ä')"])}");
        Block(depth - 1, 2);
        Tag("endfilter");
    }

    private void Called(int depth)
    {
        string name = $"f{_names++}";
        Tag($"macro {name}(a)");
        _source.Append("<{{ a }}{{ caller() }}>");
        Tag("endmacro");
        Tag($"call {name}({_write.Text(1)})");
        Block(depth - 1, 2);
        Tag("endcall");
    }

    private static void Keep(List<string> names, int count, string[] more)
    {
        Cut(names, count);
        names.AddRange(more);
    }

    private static void Restore<T>(List<T> names, T[] before)
    {
        names.Clear();
        names.AddRange(before);
    }
}
