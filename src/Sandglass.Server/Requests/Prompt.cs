namespace Sandglass.Server;

/// <summary>A text to continue: written, or as the ids that it is.</summary>
/// <param name="Text">Null where ids are given.</param>
/// <param name="Ids">Null where a text is given.</param>
internal sealed record Prompt(string? Text, int[]? Ids);
