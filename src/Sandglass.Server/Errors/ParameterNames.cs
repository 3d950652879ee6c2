namespace Sandglass.Server;

/// <summary>The API's names for what the library calls by properties and parameters.</summary>
internal static class ParameterNames
{
    /// <summary>The parameter that sets a property; null where none does.</summary>
    public static string? Of(string property) => property switch
    {
        "prompt" or "ids" => "prompt",
        _ => null,
    };
}
