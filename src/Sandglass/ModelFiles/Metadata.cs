using System.Numerics;

namespace Sandglass.ModelFiles;

/// <summary>The metadata of a model file: strings, numbers, flags and arrays of these, by key.</summary>
/// <remarks>
/// A value is a <see cref="string"/>, a <see cref="bool"/>, one of the numeric primitives as the file stores it, or an array of these
/// (<c>string[]</c>, <c>int[]</c>, <c>float[]</c>, …; an array of arrays is an <c>object[]</c>). Every getter returns null where the key is absent, and fails
/// with
/// the file and the key where the value has another type.
/// </remarks>
public sealed class Metadata(string file, IReadOnlyDictionary<string, object> values)
{
    /// <summary>The file, by the name that the caller gave.</summary>
    public string File { get; } = file;

    /// <summary>All entries, by key, in the order of the file.</summary>
    public IReadOnlyDictionary<string, object> Values { get; } = values;

    /// <summary>A string, or null where the key is absent.</summary>
    public string? String(string key) => Find(key) switch
    {
        null => null,
        string text => text,
        object other => throw Mismatch(key, "text", other),
    };

    /// <summary>An integer of any stored width, or null where the key is absent.</summary>
    public long? Integer(string key) => Find(key) switch
    {
        null => null,
        object value when AsInteger(value) is long whole => whole,
        object other => throw Mismatch(key, "a whole number below 2^63", other),
    };

    /// <summary>A number, or null where the key is absent.</summary>
    public double? Float(string key) => Find(key) switch
    {
        null => null,
        float value => value,
        double value => value,
        object value when AsInteger(value) is long whole => whole,
        object other => throw Mismatch(key, "a number", other),
    };

    /// <summary>A flag, or null where the key is absent.</summary>
    public bool? Bool(string key) => Find(key) switch
    {
        null => null,
        bool value => value,
        object other => throw Mismatch(key, "true or false", other),
    };

    /// <summary>A list of strings, or null where the key is absent.</summary>
    public string[]? Strings(string key) => Find(key) switch
    {
        null => null,
        string[] texts => texts,
        object other => throw Mismatch(key, "a list of texts", other),
    };

    /// <summary>A list of integers of any stored width, or null where the key is absent.</summary>
    public long[]? Integers(string key)
    {
        object? found = Find(key);
        if (found is null) return null;

        return ElementKind(found) switch
        {
            TypeCode.Int64 => (long[])found,
            TypeCode.Byte => Widen((byte[])found),
            TypeCode.SByte => Widen((sbyte[])found),
            TypeCode.UInt16 => Widen((ushort[])found),
            TypeCode.Int16 => Widen((short[])found),
            TypeCode.UInt32 => Widen((uint[])found),
            TypeCode.Int32 => Widen((int[])found),
            TypeCode.UInt64 when !((ulong[])found).Any(number => number > long.MaxValue) => Widen((ulong[])found),
            _ => throw Mismatch(key, "a list of whole numbers below 2^63", found),
        };
    }

    /// <summary>A list of numbers of any stored type, as F32; null where the key is absent.</summary>
    public float[]? Floats(string key) => Find(key) switch
    {
        null => null,
        float[] numbers => numbers,
        double[] numbers => Array.ConvertAll(numbers, number => (float)number),
        Array list when IsOfIntegers(list) => Array.ConvertAll(Integers(key)!, number => (float)number),
        object other => throw Mismatch(key, "a list of numbers", other),
    };

    // by the exact element type: to the runtime an sbyte[] also "is" a byte[], and an ulong[] a long[]
    private static TypeCode ElementKind(object found) =>
        found is Array && found.GetType().GetElementType() is { IsPrimitive: true } element ? Type.GetTypeCode(element) : TypeCode.Object;

    private static bool IsOfIntegers(Array list) => ElementKind(list) is >= TypeCode.SByte and <= TypeCode.UInt64;

    private object? Find(string key) => Values.GetValueOrDefault(key);

    /// <summary>A stored value as an integer; null where it is not one, or 2^63 or above.</summary>
    internal static long? AsInteger(object value) => value switch
    {
        byte n => n,
        sbyte n => n,
        ushort n => n,
        short n => n,
        uint n => n,
        int n => n,
        long n => n,
        ulong n when n <= long.MaxValue => (long)n,
        _ => null,
    };

    private static long[] Widen<T>(T[] numbers) where T : unmanaged, IBinaryInteger<T>
    {
        long[] wide = new long[numbers.Length];
        for (int i = 0; i < wide.Length; i++) wide[i] = long.CreateTruncating(numbers[i]);
        return wide;
    }

    private ModelFileException Mismatch(string key, string expected, object found) =>
        new("metadata-kind", File, $"metadata {key}", expected, found switch
        {
            Array list => $"a list of {list.Length} ({found.GetType().GetElementType()!.Name})",
            string text => $"the text \"{Fail.Short(text)}\"",
            _ => $"{found} ({found.GetType().Name})",
        });
}
