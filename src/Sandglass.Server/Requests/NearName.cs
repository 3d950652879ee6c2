namespace Sandglass.Server;

/// <summary>Which name was perhaps meant by one that does not exist.</summary>
internal static class NearName
{
    /// <summary>The nearest name, where it is near: of three letters at most one is another. Case and underscores make no difference, since clients of other
    /// languages write <c>maxTokens</c>.</summary>
    /// <param name="unknown">The name that does not exist.</param>
    /// <param name="known">Names that do.</param>
    public static string? Of(string unknown, IEnumerable<string> known)
    {
        string plain = Plain(unknown);
        return known.Where(name => EditDistance.Between(plain, Plain(name)) <= plain.Length / 3)
            .MinBy(name => (EditDistance.Between(plain, Plain(name)), EditDistance.Between(unknown, name), name));
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
