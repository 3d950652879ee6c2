namespace Sandglass.ModelFiles;

/// <summary>The kind of a metadata value; the numbers are GGUF's own (gguf.h, <c>enum gguf_type</c>).</summary>
internal enum GgufKind : uint
{
    UInt8 = 0,
    Int8 = 1,
    UInt16 = 2,
    Int16 = 3,
    UInt32 = 4,
    Int32 = 5,
    Float32 = 6,
    Bool = 7,
    Text = 8,
    List = 9,
    UInt64 = 10,
    Int64 = 11,
    Float64 = 12,
}

internal static class GgufKinds
{
    public static bool IsKnown(this GgufKind kind) => kind <= GgufKind.Float64;

    /// <summary>The fewest bytes that a value of this kind takes in a list: a text begins with 8 bytes of length, a list with its kind and count.</summary>
    public static int LeastBytes(this GgufKind kind) => kind switch
    {
        GgufKind.UInt8 or GgufKind.Int8 or GgufKind.Bool => 1,
        GgufKind.UInt16 or GgufKind.Int16 => 2,
        GgufKind.UInt32 or GgufKind.Int32 or GgufKind.Float32 => 4,
        GgufKind.List => 12,
        _ => 8,
    };
}
