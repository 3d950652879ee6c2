namespace Sandglass.Studies;

/// <summary>What an experiment is worth, in three sentences.</summary>
/// <param name="Does">What is done and counted.</param>
/// <param name="Shows">What can be read from it.</param>
/// <param name="CannotShow">What cannot.</param>
public sealed record ExperimentClaim(string Does, string Shows, string CannotShow);
