namespace Sandglass.Studies;

/// <summary>How far a <see cref="CacheStudy"/> is.</summary>
/// <param name="Cache">Whether the text is being written with the cache, which comes first, or without.</param>
/// <param name="Done">Tokens written that way so far, those of shorter texts included.</param>
/// <param name="Tokens">Tokens to write that way.</param>
public readonly record struct CacheStudyProgress(bool Cache, int Done, int Tokens);
