namespace Sandglass.ModelFiles;

/// <summary>Reads one metadata value as the .NET object that <see cref="Metadata"/> holds.</summary>
internal static class GgufValue
{
    private const int MaxDepth = 4;

    public static object Read(GgufCursor cursor) => Value(cursor, Kind(cursor));

    private static GgufKind Kind(GgufCursor cursor)
    {
        uint kind = cursor.UInt32();
        if (!((GgufKind)kind).IsKnown()) Fail.Kind(cursor.File, cursor.Field, kind);
        return (GgufKind)kind;
    }

    private static object Value(GgufCursor cursor, GgufKind kind) => kind switch
    {
        GgufKind.UInt8 => cursor.Byte(),
        GgufKind.Int8 => (sbyte)cursor.Byte(),
        GgufKind.UInt16 => cursor.UInt16(),
        GgufKind.Int16 => (short)cursor.UInt16(),
        GgufKind.UInt32 => cursor.UInt32(),
        GgufKind.Int32 => (int)cursor.UInt32(),
        GgufKind.Float32 => BitConverter.UInt32BitsToSingle(cursor.UInt32()),
        GgufKind.Bool => cursor.Byte() != 0,
        GgufKind.Text => cursor.Text(),
        GgufKind.UInt64 => cursor.UInt64(),
        GgufKind.Int64 => (long)cursor.UInt64(),
        GgufKind.Float64 => BitConverter.UInt64BitsToDouble(cursor.UInt64()),
        _ => List(cursor, depth: 1),
    };

    private static Array List(GgufCursor cursor, int depth)
    {
        if (depth > MaxDepth) Fail.TooDeep(cursor.File, cursor.Field, MaxDepth);
        GgufKind kind = Kind(cursor);
        int count = cursor.Count(kind.LeastBytes());
        switch (kind)
        {
            case GgufKind.UInt8: return cursor.Numbers<byte>(count);
            case GgufKind.Int8: return cursor.Numbers<sbyte>(count);
            case GgufKind.UInt16: return cursor.Numbers<ushort>(count);
            case GgufKind.Int16: return cursor.Numbers<short>(count);
            case GgufKind.UInt32: return cursor.Numbers<uint>(count);
            case GgufKind.Int32: return cursor.Numbers<int>(count);
            case GgufKind.Float32: return cursor.Numbers<float>(count);
            case GgufKind.UInt64: return cursor.Numbers<ulong>(count);
            case GgufKind.Int64: return cursor.Numbers<long>(count);
            case GgufKind.Float64: return cursor.Numbers<double>(count);
            case GgufKind.Bool:
                bool[] flags = new bool[count];
                for (int i = 0; i < count; i++) flags[i] = cursor.Byte() != 0;   // a bool of another byte than 0 and 1 must not exist in .NET
                return flags;
            case GgufKind.Text:
                string[] texts = new string[count];
                for (int i = 0; i < count; i++) texts[i] = cursor.Text();
                return texts;
            default:
                object[] lists = new object[count];
                for (int i = 0; i < count; i++) lists[i] = List(cursor, depth + 1);
                return lists;
        }
    }
}
