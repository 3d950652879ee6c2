namespace Sandglass.Server;

/// <summary>The API's names for what the library calls by properties and parameters.</summary>
internal static class ParameterNames
{
    private static readonly Dictionary<string, string> ByProperty =
        ParameterTable.All.Where(row => row.Property is not null).DistinctBy(row => row.Property).ToDictionary(row => row.Property!, row => row.Name);

    /// <summary>The parameter that sets a property; null where none does.</summary>
    public static string? Of(string property) => property switch
    {
        "prompt" or "ids" => "prompt",
        _ => ByProperty.GetValueOrDefault(property),
    };
}
