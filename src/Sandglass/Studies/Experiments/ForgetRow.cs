namespace Sandglass.Studies;

/// <summary>What is left of an instruction at the beginning after so many tokens of other things.</summary>
/// <param name="Distance">Tokens between the instruction and the words that ask for it, at most.</param>
/// <param name="Trials">Texts.</param>
/// <param name="Hits">Texts in which the name that was said is the likeliest of eight.</param>
/// <param name="Accuracy">Their share; an eighth is guessing.</param>
/// <param name="Low">The lower end of its 95 % interval, by Wilson.</param>
/// <param name="High">The upper end.</param>
/// <param name="Lift">How much more likely the name is than without the instruction: the mean difference of its log-probability, nats.</param>
/// <param name="Divergence">How far the distribution is from the one without the instruction: the mean Kullback-Leibler divergence, nats.</param>
public sealed record ForgetRow(int Distance, int Trials, int Hits, double Accuracy, double Low, double High, double Lift, double Divergence);
