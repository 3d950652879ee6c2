using Sandglass.Kernels;

namespace Sandglass.Planning;

/// <summary>So many texts at once on a replica that always has that many: how fast each of them comes, and how fast all do.</summary>
public sealed record ServingBatch
{
    private const int ManyPieces = 8;

    /// <summary>Texts at once.</summary>
    public required int Texts { get; init; }

    /// <summary>Seconds of a step that writes a token of each and reads nothing.</summary>
    public required double StepSeconds { get; init; }

    /// <summary>Steps that a text takes part in: one for each token of its answer, and before them those in which its prompt is read.</summary>
    public required double Steps { get; init; }

    /// <summary>Seconds from its place to its end, the reading of others' prompts between its tokens included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Seconds from its place to its first token, without waiting for the place.</summary>
    public required double SecondsToFirst { get; init; }

    /// <summary>Seconds between two tokens of a text (TPOT).</summary>
    public required double SecondsPerToken { get; init; }

    /// <summary>Requests a second.</summary>
    public double RequestsPerSecond => Texts / Seconds;

    /// <summary>Tokens a second that are written, of all texts.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Seconds of the replica that reading the prompt of one text takes: by so much it lengthens the steps that it is a part of.</summary>
    public required double ReadingSeconds { get; init; }

    /// <summary>Seconds of the replica that writing the answer of one text takes.</summary>
    public double WritingSeconds => Seconds / Texts - ReadingSeconds;

    /// <summary>Whether the time to the first token and the time between two are within their objectives, both on average and without waiting for a place:
    /// how long 95 of 100 wait is a matter of how many replicas there are.</summary>
    public bool Keeps { get; internal init; }

    /// <param name="texts">At once.</param>
    /// <param name="text">What they are.</param>
    /// <param name="seconds">Of a step.</param>
    /// <param name="stepTokens">Tokens that a step has at most, of prompts and answers.</param>
    internal static ServingBatch Of(int texts, ServedText text, StepSeconds seconds, int stepTokens)
    {
        double room = stepTokens - texts, chunks = Math.Ceiling(text.Read / room), answer = text.MeanAnswer, least = answer - 1 + chunks;
        double before = text.Found + Math.Max(0, text.Read - room) / 2, plain = seconds(texts, text.Depth, 0, 0);
        double Step(double pieces) => seconds(texts, text.Depth, pieces * text.Read / chunks, before);

        // While a text is there, others come as there are places, and are read beside it. Where a step has no room for all that want to be read, texts stay
        // until they have been: each step is full then.
        double steps = Math.Max(least, texts * text.Read / room), others = (texts - 1) * chunks / least;
        bool isFull = steps > least;
        double between = isFull ? Step(room * chunks / text.Read) : Mean(others, Step);
        double first = isFull ? (steps - answer + 1) * between : chunks * Mean(others, pieces => Step(1 + pieces));
        double all = first + (answer - 1) * between;
        return new ServingBatch
        {
            Texts = texts,
            StepSeconds = plain,
            Steps = steps,
            Seconds = all,
            SecondsToFirst = first,
            SecondsPerToken = text.Answer == 1 ? 0 : between,
            TokensPerSecond = texts * answer / all,
            ReadingSeconds = (all - steps * plain) / texts,
        };
    }

    /// <summary>The mean over steps in which pieces of others' prompts are by chance (Poisson): two in one step may take longer than one in each of
    /// two.</summary>
    private static double Mean(double pieces, Func<double, double> step)
    {
        if (pieces > ManyPieces) return step(pieces);       // then steps are much alike
        double chance = Elementary.Exp(-pieces), left = 1, sum = 0;
        for (int n = 0; left > 1e-9; chance *= pieces / ++n)
        {
            sum += chance * step(n);
            left -= chance;
        }
        return sum;
    }

    /// <summary>Squared coefficient of variation of the seconds of service: the answers' lengths differ, prompts do not.</summary>
    internal double VariationOf(ServedText text) => text.Variation * text.MeanAnswer * text.MeanAnswer / (Steps * Steps);
}
