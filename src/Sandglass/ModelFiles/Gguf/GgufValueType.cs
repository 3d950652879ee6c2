namespace Sandglass.ModelFiles;

/// <summary>The type of a metadata value; the numbers are GGUF's own (gguf.h, <c>enum gguf_type</c>).</summary>
internal enum GgufValueType : uint
{
    UInt8 = 0,
    Int8 = 1,
    UInt16 = 2,
    Int16 = 3,
    UInt32 = 4,
    Int32 = 5,
    Float32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    UInt64 = 10,
    Int64 = 11,
    Float64 = 12,
}

internal static class GgufValueTypes
{
    public static bool IsKnown(this GgufValueType kind) => kind <= GgufValueType.Float64;

    /// <summary>
    /// The fewest bytes that a value of this type takes in an array: a string begins with 8 bytes of length, an array with its type and count.
    /// </summary>
    public static int LeastBytes(this GgufValueType kind) => kind switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.Array => 12,
        _ => 8,
    };
}
