namespace Sandglass.Planning;

/// <summary>Seconds of one step of a replica: what latency, throughput, waiting and price follow from.</summary>
/// <param name="texts">Texts that a token is written of.</param>
/// <param name="depth">Positions before each of their tokens, on average.</param>
/// <param name="tokens">Tokens of prompts that are read in it.</param>
/// <param name="before">Positions before those.</param>
internal delegate double StepSeconds(int texts, double depth, double tokens, double before);
