using System.Globalization;

namespace Sandglass.Cli;

/// <summary>A metadata value, short enough for a line.</summary>
internal static class MetadataValue
{
    private const int LongestText = 100;
    private const int MostItems = 6;

    /// <summary>What it is, in the format's own words.</summary>
    public static string Kind(object value) =>
        value is Array list ? $"list of {(list is object[] and not string[]? "lists" : Scalar(list.GetType().GetElementType()!))}" : Scalar(value.GetType());

    /// <summary>The value; long texts and lists are cut and say how long they are.</summary>
    public static string Short(object value) => value switch
    {
        Array list =>
            $"{Amount.Whole(list.Length)}: [{string.Join(", ", list.Cast<object>().Take(MostItems).Select(Item))}{(list.Length > MostItems ? ", …" : "")}]",
        string text => Cut(text),
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Item(object item) => item is string text ? $"\"{Cut(text, LongestText / 4)}\"" : Short(item);

    private static string Cut(string text, int longest = LongestText)
    {
        string line = text.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);
        return line.Length <= longest ? line : $"{line[..longest]}… ({Amount.Whole(text.Length)} letters)";
    }

    private static string Scalar(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => "uint8",
        TypeCode.SByte => "int8",
        TypeCode.UInt16 => "uint16",
        TypeCode.Int16 => "int16",
        TypeCode.UInt32 => "uint32",
        TypeCode.Int32 => "int32",
        TypeCode.UInt64 => "uint64",
        TypeCode.Int64 => "int64",
        TypeCode.Single => "float32",
        TypeCode.Double => "float64",
        TypeCode.Boolean => "bool",
        TypeCode.String => "text",
        _ => type.Name,
    };
}
