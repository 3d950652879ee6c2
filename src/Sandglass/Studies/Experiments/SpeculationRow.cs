namespace Sandglass.Studies;

/// <summary>Texts written with so many tokens guessed ahead in each step.</summary>
/// <param name="Draft">What guesses: a model's name, or <c>lookup</c>.</param>
/// <param name="Temperature">At which the texts were written.</param>
/// <param name="Length">Tokens guessed at once at most.</param>
/// <param name="Tokens">Of all texts.</param>
/// <param name="Steps">Steps of the model that it took to write them; without guesses as many as tokens.</param>
/// <param name="Drafted">Tokens that were guessed.</param>
/// <param name="Accepted">Those of them that the model wrote too: each saved a step.</param>
/// <param name="LastHeld">Of the guesses at the last place, those before which all held: the share that held too. Null where there were none.</param>
/// <param name="TextEqual">Whether the engine, guessing with this draft, wrote the very texts that it writes without.</param>
public sealed record SpeculationRow(
    string Draft, double Temperature, int Length, int Tokens, int Steps, int Drafted, int Accepted, double? LastHeld, bool TextEqual);
