namespace Sandglass.Studies;

/// <summary>Progress of a <see cref="CacheStudy"/>.</summary>
/// <param name="Cache">Whether the text is being generated with the cache, which comes first, or without.</param>
/// <param name="Done">Tokens generated that way so far, those of shorter texts included.</param>
/// <param name="Tokens">Tokens to generate that way.</param>
public readonly record struct CacheStudyProgress(bool Cache, int Done, int Tokens);
