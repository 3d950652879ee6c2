using System.Collections.Frozen;

namespace Sandglass.Chat;

/// <summary>A filter: a value in, a value out.</summary>
internal delegate object? Filter(Rendering rendering, object? value, Arguments arguments);

/// <summary>All filters by name: those of jinja2 that need nothing outside the template, and <c>tojson</c> as transformers has it.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, Filter> All = Table().ToFrozenDictionary(StringComparer.Ordinal);

    public static Filter? Find(string name) => All.GetValueOrDefault(name);

    public static TemplateException Unknown(string name) =>
        new("template-unknown", $"There is no filter {name}. Those there are: {string.Join(", ", All.Keys.Order(StringComparer.Ordinal))}.");

    private static Dictionary<string, Filter> Table() => new(StringComparer.Ordinal)
    {
        ["abs"] = NumberFilters.Abs,
        ["attr"] = static (r, v, a) => Members.OnlyAttribute(r, v, Kinds.String(a.Match("attr", 1, "name")[0], "attr")),
        ["batch"] = SequenceFilters.Batch,
        ["capitalize"] = Alone(static (r, v) => Casing.Capitalize(r, Printer.Str(r, v))),
        ["center"] = static (r, v, a) => Padding.Of(r, "center", Printer.Str(r, v), Kinds.Whole(Given(a.Match("center", 0, "width")[0], 80L), "center"), ' '),
        ["count"] = Alone(static (_, v) => Kinds.Count(v)),
        ["d"] = Default,
        ["default"] = Default,
        ["dictsort"] = SortFilters.DictSort,
        ["e"] = Alone(static (r, v) => Html.Escaped(r, Printer.Str(r, v))),
        ["escape"] = Alone(static (r, v) => Html.Escaped(r, Printer.Str(r, v))),
        ["filesizeformat"] = NumberFilters.FileSize,
        ["first"] = SequenceFilters.First,
        ["float"] = NumberFilters.Float,
        ["forceescape"] = Alone(static (r, v) => Html.Escaped(r, Printer.Str(r, v).Marked(false))),
        ["format"] = TextFilters.Format,
        ["groupby"] = SortFilters.GroupBy,
        ["indent"] = TextFilters.Indent,
        ["int"] = NumberFilters.Int,
        ["items"] = SequenceFilters.Items,
        ["join"] = SequenceFilters.Join,
        ["last"] = SequenceFilters.Last,
        ["length"] = Alone(static (_, v) => Kinds.Count(v)),
        ["list"] = Alone(static (r, v) => new ListValue(Iteration.ToList(r, v))),
        ["lower"] = Alone(static (r, v) => Casing.Lower(r, Printer.Str(r, v))),
        ["map"] = SelectFilters.Map,
        ["max"] = static (r, v, a) => SortFilters.Extreme(r, "max", v, a),
        ["min"] = static (r, v, a) => SortFilters.Extreme(r, "min", v, a),
        ["pprint"] = TextFilters.PrettyPrint,
        ["reject"] = static (r, v, a) => SelectFilters.Select(r, v, a, keeps: false),
        ["rejectattr"] = static (r, v, a) => SelectFilters.SelectAttribute(r, v, a, keeps: false),
        ["replace"] = TextFilters.Replace,
        ["reverse"] = SequenceFilters.Reverse,
        ["round"] = NumberFilters.Round,
        ["safe"] = Alone(static (r, v) => Printer.Str(r, v).Marked(true)),
        ["select"] = static (r, v, a) => SelectFilters.Select(r, v, a, keeps: true),
        ["selectattr"] = static (r, v, a) => SelectFilters.SelectAttribute(r, v, a, keeps: true),
        ["slice"] = SequenceFilters.Slice,
        ["sort"] = SortFilters.Sort,
        ["string"] = Alone(static (r, v) => Printer.Str(r, v)),
        ["striptags"] = TextFilters.StripTags,
        ["sum"] = SequenceFilters.Sum,
        ["title"] = TextFilters.Title,
        ["tojson"] = TextFilters.ToJson,
        ["trim"] = TextFilters.Trim,
        ["truncate"] = TextFilters.Truncate,
        ["unique"] = SortFilters.Unique,
        ["upper"] = Alone(static (r, v) => Casing.Upper(r, Printer.Str(r, v))),
        ["urlencode"] = TextFilters.UrlEncode,
        ["wordcount"] = TextFilters.WordCount,
        ["wordwrap"] = TextFilters.WordWrap,
        ["xmlattr"] = TextFilters.XmlAttributes,
    };

    /// <summary>An argument, or what stands for it.</summary>
    public static object? Given(object? argument, object? otherwise) => ReferenceEquals(argument, Arguments.Absent) ? otherwise : argument;

    private static Filter Alone(Func<Rendering, object?, object?> filter) => (rendering, value, arguments) =>
    {
        arguments.Match("The filter", 0);
        return filter(rendering, value);
    };

    private static object? Default(Rendering rendering, object? value, Arguments arguments)
    {
        object?[] given = arguments.Match("default", 0, "default_value", "boolean");
        bool replaced = value is Undefined || (Kinds.IsTrue(Given(given[1], false)) && !Kinds.IsTrue(value));
        return replaced ? Given(given[0], Text.Empty) : value;
    }
}
