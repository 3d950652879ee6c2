namespace Sandglass.Generation;

/// <summary>One text in one step, told without a word of it. A beam search, whose beams go on together, is one.</summary>
/// <param name="Text">A number that is this text's while it is under way, and means nothing else.</param>
/// <param name="Tenant">Whose it is, by name: for whoever tells a tenant its own from others, and not to be handed on.</param>
/// <param name="Phase">What it does in the step.</param>
/// <param name="Rows">Its tokens that go through the model in the step.</param>
/// <param name="Wrote">Tokens that it gains in the step.</param>
/// <param name="Prompt">Tokens of its prompt.</param>
/// <param name="Written">Tokens that it has after the step, beyond the prompt; of a search its longest beam.</param>
/// <param name="Positions">Positions that it has in the cache after the step.</param>
/// <param name="Pages">Pages that hold them; what beams or texts share counts for each.</param>
/// <param name="IsOver">Whether it ends with the step.</param>
internal readonly record struct BatchPlace(
    long Text, string Tenant, PlacePhase Phase, int Rows, int Wrote, int Prompt, int Written, int Positions, long Pages, bool IsOver);
