namespace Sandglass.Chat;

/// <summary><c>'{} of {name:&gt;8}'.format(a, name=b)</c>.</summary>
internal sealed class BraceFormat
{
    private readonly Rendering _rendering;
    private readonly Arguments _arguments;
    private int _next;

    private BraceFormat(Rendering rendering, Arguments arguments) => (_rendering, _arguments) = (rendering, arguments);

    public static Text Of(Rendering rendering, Text format, Arguments arguments) => new BraceFormat(rendering, arguments).Fill(format, nested: false);

    private Text Fill(Text format, bool nested)
    {
        string pattern = format.Value;
        TextBuilder result = new(_rendering);
        int at = 0;
        while (at < pattern.Length)
        {
            _rendering.Step();
            int brace = pattern.AsSpan(at).IndexOfAny('{', '}');
            result.Append(format, at, brace < 0 ? pattern.Length : at + brace);
            if (brace < 0) break;
            at += brace;
            if (at + 1 < pattern.Length && pattern[at + 1] == pattern[at])
            {
                result.Append(format, at, at + 1);
                at += 2;
                continue;
            }
            if (pattern[at] == '}') throw Bad("a } closes nothing; a brace itself is written twice");
            int close = Close(pattern, at);
            if (nested && pattern.AsSpan(at + 1, close - at - 1).Contains('{')) throw Bad("fields lie too deep in one another");
            result.Append(Field(format.Slice(_rendering, at + 1, close)));
            at = close + 1;
        }
        return result.ToText(format.IsSafe);
    }

    private Text Field(Text field)
    {
        string text = field.Value;
        int nameEnd = text.AsSpan().IndexOfAny(':', '!');
        string name = nameEnd < 0 ? text : text[..nameEnd];
        char conversion = '\0';
        string spec = "";
        if (nameEnd >= 0 && text[nameEnd] == '!')
        {
            if (nameEnd + 1 >= text.Length) throw Bad("a conversion is missing after !");
            conversion = text[nameEnd + 1];
            nameEnd += 2;
            if (nameEnd < text.Length && text[nameEnd] != ':') throw Bad("expected : after the conversion");
        }
        object? value = Value(name);
        if (nameEnd >= 0 && nameEnd < text.Length) spec = Fill(field.Slice(_rendering, nameEnd + 1, text.Length), nested: true).Value;
        if (conversion is 's') value = Printer.Str(_rendering, value);
        else if (conversion is 'r' or 'a')
        {
            TextBuilder shown = new(_rendering);
            Printer.Repr(_rendering, shown, value);
            value = shown.ToText();
        }
        else if (conversion != '\0') throw Bad($"!{conversion} is no conversion");
        return FormatSpec.Format(_rendering, value, spec);
    }

    private object? Value(string name)
    {
        int end = name.AsSpan().IndexOfAny('.', '[');
        string first = end < 0 ? name : name[..end];
        object? value;
        if (first.Length == 0) value = Positional(_next++);
        else if (int.TryParse(first, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture,
            out int place)) value = Positional(place);
        else
        {
            int index = Array.FindIndex(_arguments.Named, named => named.Name == first);
            value = index >= 0 ? _arguments.Named[index].Value : throw Bad($"there is no value named '{first}'");
        }
        while (end >= 0 && end < name.Length) value = Member(value, name, ref end);
        return value;
    }

    private object? Member(object? value, string name, ref int at)
    {
        bool attribute = name[at] == '.';
        int from = at + 1;
        int to = attribute ? from + Ends(name.AsSpan(from).IndexOfAny('.', '['), name.Length - from) : name.IndexOf(']', from);
        if (to < from || to == from) throw Bad("a member of a value has no name");
        string member = name[from..to];
        at = attribute ? to : to + 1;
        if (attribute) return Members.Attribute(_rendering, value, new Text(member, trusted: true));
        object? key = long.TryParse(member, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long index)
            ? index : new Text(member, trusted: true);
        return Members.Item(_rendering, value, key);
    }

    private static int Ends(int found, int otherwise) => found < 0 ? otherwise : found;

    private object? Positional(int index) => index < _arguments.Positional.Length ? _arguments.Positional[index]
        : throw Bad($"there is no value {index}: {_arguments.Positional.Length} were given");

    private static int Close(string pattern, int open)
    {
        int depth = 0;
        for (int at = open; at < pattern.Length; at++)
        {
            if (pattern[at] == '{') depth++;
            else if (pattern[at] == '}' && --depth == 0) return at;
        }
        throw Bad("a { is never closed");
    }

    private static TemplateException Bad(string what) => new("template-value", $"format: {what}.");
}
