using Sandglass.Tracing;

namespace Sandglass.Generation;

/// <summary>What guessing ahead came to.</summary>
/// <param name="Drafted">Tokens that were guessed and went through the model.</param>
/// <param name="Accepted">Those of them that the model chose too: each saved a step.</param>
/// <param name="Steps">Steps that had guesses in them.</param>
/// <param name="OffAtToken">Tokens of the completion when guessing was given up because it did not pay; null where it was not.</param>
/// <param name="DraftPasses">Every (layer, token) of the model that guessed; 0 without one.</param>
/// <param name="DraftWork">Its multiply-adds, which are not counted with those of the model that checks.</param>
public sealed record SpeculationResult(int Drafted, int Accepted, int Steps, int? OffAtToken, long DraftPasses, MultiplyAdds DraftWork);
