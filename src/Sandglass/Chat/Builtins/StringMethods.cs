namespace Sandglass.Chat;

/// <summary>The methods of a text.</summary>
internal static class StringMethods
{
    private delegate object? Method(Rendering rendering, Text self, Arguments arguments);

    public static Func<Rendering, object?, Arguments, object?>? Find(string name) => name switch
    {
        "upper" => Plain(static (r, s) => Casing.Upper(r, s)),
        "lower" => Plain(static (r, s) => Casing.Lower(r, s)),
        "title" => Plain(static (r, s) => Casing.Title(r, s)),
        "capitalize" => Plain(static (r, s) => Casing.Capitalize(r, s)),
        "swapcase" => Plain(static (r, s) => Casing.Swap(r, s)),
        "casefold" => Plain(static (r, s) => Casing.Lower(r, s)),
        "strip" => Of((r, s, a) => Trimming.Strip(r, s, Optional("strip", a, "chars"), left: true, right: true)),
        "lstrip" => Of((r, s, a) => Trimming.Strip(r, s, Optional("lstrip", a, "chars"), left: true, right: false)),
        "rstrip" => Of((r, s, a) => Trimming.Strip(r, s, Optional("rstrip", a, "chars"), left: false, right: true)),
        "removeprefix" => Of((r, s, a) => Trimming.RemovePrefix(r, s, Required("removeprefix", a))),
        "removesuffix" => Of((r, s, a) => Trimming.RemoveSuffix(r, s, Required("removesuffix", a))),
        "split" => Of((r, s, a) => Splitting.Split(r, s, a, fromRight: false)),
        "rsplit" => Of((r, s, a) => Splitting.Split(r, s, a, fromRight: true)),
        "splitlines" => Of((r, s, a) => Splitting.Lines(r, s, Kinds.IsTrue(Or(a.Match("splitlines", 0, "keepends")[0], false)))),
        "partition" => Of((r, s, a) => Splitting.Partition(r, s, Required("partition", a), last: false)),
        "rpartition" => Of((r, s, a) => Splitting.Partition(r, s, Required("rpartition", a), last: true)),
        "replace" => Of(Replace),
        "join" => Of((r, s, a) => Join(r, s, a.Match("join", 1, "iterable")[0])),
        "startswith" => Of((r, s, a) => Affix(r, "startswith", s, a, atStart: true)),
        "endswith" => Of((r, s, a) => Affix(r, "endswith", s, a, atStart: false)),
        "find" => Of((r, s, a) => Index(r, "find", s, a, last: false, mustBe: false)),
        "rfind" => Of((r, s, a) => Index(r, "rfind", s, a, last: true, mustBe: false)),
        "index" => Of((r, s, a) => Index(r, "index", s, a, last: false, mustBe: true)),
        "rindex" => Of((r, s, a) => Index(r, "rindex", s, a, last: true, mustBe: true)),
        "count" => Of(Count),
        "format" => Of((r, s, a) => BraceFormat.Of(r, s, a)),
        "format_map" => Of((r, s, a) => BraceFormat.Of(r, s, Names(a))),
        "center" => Of((r, s, a) => Padding.Of(r, "center", s, a)),
        "ljust" => Of((r, s, a) => Padding.Of(r, "ljust", s, a)),
        "rjust" => Of((r, s, a) => Padding.Of(r, "rjust", s, a)),
        "zfill" => Of((r, s, a) => Padding.Zeros(r, s, Kinds.Whole(a.Match("zfill", 1, "width")[0], "zfill"))),
        "expandtabs" => Of((r, s, a) => Padding.Tabs(r, s, Kinds.Whole(Or(a.Match("expandtabs", 0, "tabsize")[0], 8L), "expandtabs"))),
        "isdigit" or "isdecimal" or "isnumeric" => Plain(static (r, s) => All(r, s, char.IsDigit)),
        "isalpha" => Plain(static (r, s) => All(r, s, char.IsLetter)),
        "isalnum" => Plain(static (r, s) => All(r, s, char.IsLetterOrDigit)),
        "isspace" => Plain(static (r, s) => All(r, s, Characters.IsSpace)),
        "isascii" => Plain(static (r, s) => s.Value.Length == 0 || All(r, s, char.IsAscii)),
        "isupper" => Plain(static (r, s) => Casing.Is(r, s, upper: true)),
        "islower" => Plain(static (r, s) => Casing.Is(r, s, upper: false)),
        "istitle" => Plain(static (r, s) => Casing.IsTitle(r, s)),
        "isidentifier" => Plain(static (r, s) => All(r, s, Characters.IsWord) && !char.IsDigit(s.Value[0])),
        _ => null,
    };

    /// <summary>The parts with a text between them.</summary>
    public static Text Join(Rendering rendering, Text between, object? parts)
    {
        TextBuilder joined = new(rendering);
        bool first = true;
        foreach (object? part in Iteration.Of(rendering, parts))
        {
            if (!first) joined.Append(between);
            first = false;
            joined.Append(Kinds.String(part, "join"));
        }
        return joined.ToText();
    }

    /// <summary>Every place of a text replaced by another.</summary>
    /// <param name="most">How many at most; below 0 all.</param>
    public static Text Replace(Rendering rendering, Text self, Text old, Text by, long most)
    {
        TextBuilder replaced = new(rendering);
        int at = 0;
        if (old.Value.Length == 0)
        {
            for (; most != 0 && at <= self.Value.Length; most--)
            {
                rendering.Step();
                replaced.Append(by);
                if (at == self.Value.Length) return replaced.ToText(self.IsSafe);
                int width = self.WidthAt(at);
                replaced.Append(self, at, at + width);
                at += width;
            }
        }
        else
        {
            for (; most != 0; most--)
            {
                int found = Search.IndexOf(rendering, self.Value, old.Value, at, self.Value.Length);
                if (found < 0) break;
                if (at == 0 && found == 0 && old.Value.Length == self.Value.Length) return by;
                replaced.Append(self, at, found);
                replaced.Append(by);
                at = found + old.Value.Length;
            }
            if (at == 0) return self;
        }
        replaced.Append(self, at, self.Value.Length);
        return replaced.ToText(self.IsSafe);
    }

    private static object? Replace(Rendering rendering, Text self, Arguments arguments)
    {
        object?[] given = arguments.Match("replace", 2, "old", "new", "count");
        long most = Kinds.Whole(Or(given[2], -1L), "replace");
        return Replace(rendering, self, Kinds.String(given[0], "replace"), Kinds.String(given[1], "replace"), most);
    }

    private static object Affix(Rendering rendering, string name, Text self, Arguments arguments, bool atStart)
    {
        object?[] given = arguments.Match(name, 1, "prefix", "start", "end");
        (int from, int to) = Range(self, given[1], given[2]);
        IReadOnlyList<object?> affixes = given[0] is TupleValue tuple ? tuple.Items : [given[0]];
        foreach (object? affix in affixes)
        {
            string text = Kinds.String(affix, name).Value;
            rendering.Step(1 + text.Length / 16);
            if (text.Length > to - from) continue;
            if (self.Value.AsSpan(atStart ? from : to - text.Length, text.Length).SequenceEqual(text)) return true;
        }
        return false;
    }

    private static object? Index(Rendering rendering, string name, Text self, Arguments arguments, bool last, bool mustBe)
    {
        object?[] given = arguments.Match(name, 1, "sub", "start", "end");
        string part = Kinds.String(given[0], name).Value;
        (int from, int to) = Range(self, given[1], given[2]);
        int found = from > to ? -1 : last ? Search.LastIndexOf(rendering, self.Value, part, from, to) : Search.IndexOf(rendering, self.Value, part, from, to);
        if (found < 0) return mustBe ? throw new TemplateException("template-value", $"{name}: the text is not in it.") : -1L;
        return (long)self.CodePointOf(found);
    }

    private static object? Count(Rendering rendering, Text self, Arguments arguments)
    {
        object?[] given = arguments.Match("count", 1, "sub", "start", "end");
        string part = Kinds.String(given[0], "count").Value;
        (int from, int to) = Range(self, given[1], given[2]);
        if (part.Length == 0) return from > to ? 0L : self.CodePointOf(to) - self.CodePointOf(from) + 1L;
        long count = 0;
        for (int at = from; at <= to && (at = Search.IndexOf(rendering, self.Value, part, at, to)) >= 0; at += part.Length) count++;
        return count;
    }

    private static (int From, int To) Range(Text self, object? from, object? to)
    {
        long count = self.Length;
        long first = Bound(Or(from, null), 0, count), last = Math.Min(Bound(Or(to, null), count, count), count);
        return (first > count ? int.MaxValue : self.UnitOf((int)first), self.UnitOf((int)last));
    }

    private static long Bound(object? given, long otherwise, long count)
    {
        if (given is null) return otherwise;
        long place = Kinds.Whole(given, "A place in a str");
        return place < 0 ? Math.Max(place + count, 0) : place;
    }

    private static bool All(Rendering rendering, Text self, Func<char, bool> holds)
    {
        rendering.Step(1 + self.Value.Length / 16);
        return self.Value.Length > 0 && self.Value.All(holds);
    }

    private static Arguments Names(Arguments arguments)
    {
        if (arguments.Match("format_map", 1, "mapping")[0] is not DictValue dict) throw new TemplateException("template-value", "format_map: expected a dict.");
        return new Arguments([], [.. Enumerable.Range(0, dict.Count).Where(i => dict.KeyAt(i) is Text).Select(i =>
            (((Text)dict.KeyAt(i)!).Value, dict.ValueAt(i)))]);
    }

    private static Text? Optional(string name, Arguments arguments, string parameter) =>
        Or(arguments.Match(name, 0, parameter)[0], null) is object given ? Kinds.String(given, name) : null;

    private static Text Required(string name, Arguments arguments) => Kinds.String(arguments.Match(name, 1, "text")[0], name);

    private static object? Or(object? given, object? otherwise) => ReferenceEquals(given, Arguments.Absent) ? otherwise : given;

    private static Func<Rendering, object?, Arguments, object?> Of(Method method) => (rendering, self, arguments) => method(rendering, (Text)self!, arguments);

    private static Func<Rendering, object?, Arguments, object?> Plain(Func<Rendering, Text, object?> method) => (rendering, self, arguments) =>
    {
        arguments.Match("the method", 0);
        return method(rendering, (Text)self!);
    };
}
