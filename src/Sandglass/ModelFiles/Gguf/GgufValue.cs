namespace Sandglass.ModelFiles;

/// <summary>Reads one metadata value as the .NET object that <see cref="Metadata"/> holds.</summary>
internal static class GgufValue
{
    private const int MaxDepth = 4;

    public static object Read(GgufCursor cursor) => Value(cursor, Kind(cursor));

    private static GgufValueType Kind(GgufCursor cursor)
    {
        uint kind = cursor.UInt32();
        if (!((GgufValueType)kind).IsKnown()) Fail.Kind(cursor.File, cursor.Field, kind);
        return (GgufValueType)kind;
    }

    private static object Value(GgufCursor cursor, GgufValueType kind) => kind switch
    {
        GgufValueType.UInt8 => cursor.Byte(),
        GgufValueType.Int8 => (sbyte)cursor.Byte(),
        GgufValueType.UInt16 => cursor.UInt16(),
        GgufValueType.Int16 => (short)cursor.UInt16(),
        GgufValueType.UInt32 => cursor.UInt32(),
        GgufValueType.Int32 => (int)cursor.UInt32(),
        GgufValueType.Float32 => BitConverter.UInt32BitsToSingle(cursor.UInt32()),
        GgufValueType.Bool => cursor.Byte() != 0,
        GgufValueType.String => cursor.String(),
        GgufValueType.UInt64 => cursor.UInt64(),
        GgufValueType.Int64 => (long)cursor.UInt64(),
        GgufValueType.Float64 => BitConverter.UInt64BitsToDouble(cursor.UInt64()),
        _ => List(cursor, depth: 1),
    };

    private static Array List(GgufCursor cursor, int depth)
    {
        if (depth > MaxDepth) Fail.TooDeep(cursor.File, cursor.Field, MaxDepth);
        GgufValueType kind = Kind(cursor);
        int count = cursor.Count(kind.LeastBytes());
        switch (kind)
        {
            case GgufValueType.UInt8: return cursor.Numbers<byte>(count);
            case GgufValueType.Int8: return cursor.Numbers<sbyte>(count);
            case GgufValueType.UInt16: return cursor.Numbers<ushort>(count);
            case GgufValueType.Int16: return cursor.Numbers<short>(count);
            case GgufValueType.UInt32: return cursor.Numbers<uint>(count);
            case GgufValueType.Int32: return cursor.Numbers<int>(count);
            case GgufValueType.Float32: return cursor.Numbers<float>(count);
            case GgufValueType.UInt64: return cursor.Numbers<ulong>(count);
            case GgufValueType.Int64: return cursor.Numbers<long>(count);
            case GgufValueType.Float64: return cursor.Numbers<double>(count);
            case GgufValueType.Bool:
                bool[] flags = new bool[count];
                for (int i = 0; i < count; i++) flags[i] = cursor.Byte() != 0;   // a .NET bool must not hold a byte other than 0 or 1
                return flags;
            case GgufValueType.String:
                string[] texts = new string[count];
                for (int i = 0; i < count; i++) texts[i] = cursor.String();
                return texts;
            default:
                object[] lists = new object[count];
                for (int i = 0; i < count; i++) lists[i] = List(cursor, depth + 1);
                return lists;
        }
    }
}
