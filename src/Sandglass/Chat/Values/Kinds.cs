using System.Numerics;

namespace Sandglass.Chat;

/// <summary>What kind a value is of, and whether it counts as true.</summary>
internal static class Kinds
{
    /// <summary>Python's name of a value's type.</summary>
    public static string Name(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        Text { IsSafe: true } => "Markup",
        Text => "str",
        ListValue => "list",
        TupleValue => "tuple",
        DictValue => "dict",
        RangeValue => "range",
        GeneratorValue => "generator",
        DictView view => view.Part switch { DictPart.Keys => "dict_keys", DictPart.Values => "dict_values", _ => "dict_items" },
        Undefined => "Undefined",
        NamespaceValue => "Namespace",
        MacroValue => "Macro",
        LoopValue => "LoopContext",
        CyclerValue => "Cycler",
        JoinerValue => "Joiner",
        _ => "function",
    };

    public static bool IsNumber(object? value) => value is long or double or BigInteger or bool;

    /// <summary>Whether it counts as true.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long whole => whole != 0,
        double number => number != 0,
        BigInteger big => !big.IsZero,
        Text text => text.Units > 0,
        ListValue list => list.Items.Count > 0,
        TupleValue tuple => tuple.Items.Length > 0,
        DictValue dict => dict.Count > 0,
        RangeValue range => range.Count > 0,
        DictView view => view.Of.Count > 0,
        _ => true,
    };

    /// <summary>How many parts it has.</summary>
    public static long Count(object? value) => value switch
    {
        Text text => text.Length,
        ListValue list => list.Items.Count,
        TupleValue tuple => tuple.Items.Length,
        DictValue dict => dict.Count,
        RangeValue range => range.Count,
        DictView view => view.Of.Count,
        LoopValue loop => loop.Count,
        Undefined => 0,
        _ => throw new TemplateException("template-value", $"A {Name(value)} has no length."),
    };

    /// <summary>A whole number; a flag is 0 or 1.</summary>
    public static long Whole(object? value, string what) => value switch
    {
        long whole => whole,
        bool flag => flag ? 1 : 0,
        Undefined missing => throw missing.Failure(),
        BigInteger big => big.Sign < 0 ? long.MinValue : long.MaxValue,
        _ => throw new TemplateException("template-value", $"{what}: expected a whole number, found a {Name(value)}."),
    };

    /// <summary>A text.</summary>
    public static Text String(object? value, string what) => value switch
    {
        Text text => text,
        Undefined missing => throw missing.Failure(),
        _ => throw new TemplateException("template-value", $"{what}: expected a str, found a {Name(value)}."),
    };
}
