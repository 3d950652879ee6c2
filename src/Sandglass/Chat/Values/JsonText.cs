using System.Globalization;
using System.Numerics;

namespace Sandglass.Chat;

/// <summary>Values as JSON, as Python's <c>json.dumps</c> writes it: what transformers gives templates as <c>tojson</c>.</summary>
internal sealed class JsonText
{
    private readonly Rendering _rendering;
    private readonly TextBuilder _builder;

    public JsonText(Rendering rendering) => (_rendering, _builder) = (rendering, new TextBuilder(rendering));

    /// <summary>Whether characters beyond ASCII are escaped.</summary>
    public bool EscapesAll { get; init; }

    /// <summary>What a level of indentation is; null for one line.</summary>
    public Text? Indent { get; init; }

    public Text Comma { get; init; } = Text.Empty;

    public Text Colon { get; init; } = Text.Empty;

    public bool SortsKeys { get; init; }

    /// <summary>The text of a value.</summary>
    public Text Of(object? value)
    {
        Write(value, 0);
        return _builder.ToText();
    }

    private void Write(object? value, int depth)
    {
        _rendering.Step();
        if (depth > Rendering.MostDepth) throw Rendering.TooDeep();
        switch (value)
        {
            case Text text: Quote(text); break;
            case ListValue list: Write("[", list.Items.Count, i => Write(list.Items[i], depth + 1), "]", depth); break;
            case TupleValue tuple: Write("[", tuple.Items.Length, i => Write(tuple.Items[i], depth + 1), "]", depth); break;
            case DictValue dict: Write(dict, depth); break;
            default:
                _builder.Append(Plain(value) ?? throw new TemplateException("template-value", $"tojson: a {Kinds.Name(value)} has no form in JSON."
                + (value is Undefined missing ? $" {missing.Hint}." : ""))); break;
        }
    }

    private void Write(DictValue dict, int depth)
    {
        IReadOnlyList<int> order = SortsKeys ? Sorting.Order(_rendering, dict.Count, dict.KeyAt) : [.. Enumerable.Range(0, dict.Count)];
        Write("{", dict.Count, i =>
        {
            object? key = dict.KeyAt(order[i]);
            if (key is Text text) Quote(text);
            else _builder.Append($"\"{Plain(key) ?? throw new TemplateException("template-value", $"tojson: a {Kinds.Name(key)} cannot be a key in JSON.")}\"");
            _builder.Append(Colon);
            Write(dict.ValueAt(order[i]), depth + 1);
        }, "}", depth);
    }

    private void Write(string open, int count, Action<int> item, string close, int depth)
    {
        _builder.Append(open);
        for (int i = 0; i < count; i++)
        {
            if (i > 0) _builder.Append(Comma);
            NewLine(depth + 1);
            item(i);
        }
        if (count > 0) NewLine(depth);
        _builder.Append(close);
    }

    private void NewLine(int depth)
    {
        if (Indent is null) return;
        _builder.Append('\n');
        _builder.Repeat(Indent, depth);
    }

    private static string? Plain(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        long whole => whole.ToString(CultureInfo.InvariantCulture),
        BigInteger big => big.ToString(CultureInfo.InvariantCulture),
        double number => double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? number > 0 ? "Infinity" : "-Infinity" : Printer.Float(number),
        _ => null,
    };

    private void Quote(Text text)
    {
        string value = text.Value;
        _builder.Append('"');
        int plain = 0;
        for (int at = 0; at < value.Length; at++)
        {
            if (Escape(value[at]) is not string escape) continue;
            _builder.Append(text, plain, at);
            _builder.Append(escape, text.IsTrustedAt(at));
            plain = at + 1;
        }
        _builder.Append(text, plain, value.Length);
        _builder.Append('"');
    }

    private string? Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\f' => "\\f",
        '\b' => "\\b",
        < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
        >= '\x7F' when EscapesAll && c != '\x7F' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
        _ => null,
    };
}
