namespace Sandglass.Planning;

/// <summary>A model of the <see cref="ModelCatalogue"/>.</summary>
/// <param name="Name">Its short name: <c>llama-3-8b</c>.</param>
/// <param name="Title">Its name as people write it.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="PublishedParameters">The count that its makers publish.</param>
/// <param name="Source">Where the sizes are from.</param>
/// <param name="ParametersSource">Where the count is from.</param>
public sealed record CatalogueEntry(
    string Name, string Title, ModelShape Shape, long PublishedParameters, string Source, string ParametersSource)
{
    /// <summary>What is assumed where nothing is published; null where all is.</summary>
    public string? Assumption { get; init; }

    /// <summary>What to know about it; null for nothing.</summary>
    public string? Note { get; init; }
}
