namespace Sandglass.Tests;

/// <summary>One type of the engine that uses another.</summary>
/// <param name="From">Full name of the user.</param>
/// <param name="To">Full name of the used.</param>
internal readonly record struct Use(string From, string To);

/// <summary>The rooms from left to right; a room may use itself and those to its left. Rooms in one row do not use each other.</summary>
internal static class RoomOrder
{
    private const string Root = "Sandglass"; // the public face
    private const string Failures = "Errors"; // whose types stand in the face's namespace, since all callers catch them

    private static readonly string[][] Rows =
        [[Failures], ["Tracing"], ["Kernels"], ["ModelFiles"], ["Tokenization", "KvCache", "Sampling"], ["Chat", "Transformer"], ["Generation"], [Root],
            ["Planning"], ["Studies"]];

    /// <summary>What is against the order, one line each.</summary>
    public static IReadOnlyList<string> Violations(IEnumerable<Use> uses) =>
        [.. uses.Where(use => !Allowed(Room(use.From), Room(use.To))).Select(use => $"{use.From} uses {use.To}").Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Names of all rooms.</summary>
    public static IEnumerable<string> Rooms => Rows.SelectMany(row => row);

    /// <summary>The room of a type: the second part of its namespace, but for the bases of all exceptions.</summary>
    public static string Room(string typeName)
    {
        string[] parts = typeName.Split('.');
        if (parts is [Root, nameof(SandglassException) or nameof(OptionException)]) return Failures;
        return parts.Length > 2 ? parts[1] : Root;
    }

    private static bool Allowed(string from, string to) => from == to || (Row(to) >= 0 && Row(to) < Row(from));

    private static int Row(string room) => Array.FindIndex(Rows, row => row.Contains(room));
}
