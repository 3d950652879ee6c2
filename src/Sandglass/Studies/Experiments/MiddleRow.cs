namespace Sandglass.Studies;

/// <summary>Questions for a fact at one place of contexts of one length.</summary>
/// <param name="Form"><c>retrieval</c>: the fact stands between sentences of another kind. <c>key-value</c>: between others of its own kind.</param>
/// <param name="Length">Tokens of the context, the question included.</param>
/// <param name="Position">Where the fact stands: 0 at the beginning, 1 at the end.</param>
/// <param name="Trials">Questions.</param>
/// <param name="Hits">Right answers: the right word was the likeliest of eight.</param>
/// <param name="Accuracy">Their share; an eighth is guessing.</param>
/// <param name="Low">The lower end of its 95 % interval, by Wilson.</param>
/// <param name="High">The upper end.</param>
/// <param name="MeanLogprob">Of the right word, among all tokens; natural logarithm.</param>
public sealed record MiddleRow(
    string Form, int Length, double Position, int Trials, int Hits, double Accuracy, double Low, double High, double MeanLogprob);
