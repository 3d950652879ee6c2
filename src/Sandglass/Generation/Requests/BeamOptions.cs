using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>When a beam search ends, once as many texts are finished as there are beams: <c>early_stopping</c> of Hugging Face transformers.</summary>
public enum EarlyStopping
{
    /// <summary>When the best beam's score at its present length is no better than the worst finished text's: a heuristic that is mostly right.</summary>
    False,

    /// <summary>At once.</summary>
    True,

    /// <summary>When no beam can still beat the worst finished text; with a length penalty above 0 the best beam is divided by the greatest length.</summary>
    Never,
}

/// <summary>Beam search: keeps the few likeliest beginnings in each step instead of drawing tokens, as <c>generate</c> of Hugging Face transformers
/// does.</summary>
/// <remarks>
/// Beams are scored with the model's own log-probabilities. Of <see cref="GenerationOptions.Sampling"/> only the penalties, biases, bans and no-repeat
/// n-grams that were asked for apply; temperature, filters and seed do not.
/// </remarks>
public sealed record BeamOptions
{
    /// <summary>Number of beams, 1 to 64, and of texts that are found.</summary>
    public int Beams { get; init; } = 4;

    /// <summary>Exponent of the length that a text's summed log-probability is divided by, the end token counted: above 0 favours longer texts, below 0
    /// shorter ones; from -5 to 5, beyond which F32 cannot hold the quotient.</summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>When the search ends.</summary>
    public EarlyStopping EarlyStopping { get; init; }

    /// <summary>Groups of equal size that search one after the other in each step, each penalised for repeating the earlier ones; divides the number of
    /// beams.</summary>
    /// <remarks>Vijayakumar et al., <i>Diverse beam search</i> (2018), in the form that transformers had.</remarks>
    public int Groups { get; init; } = 1;

    /// <summary>What is taken from a token's log-probability for each beam of an earlier group that chose it in the same step; above 0 and at most 1e6 with
    /// several groups.</summary>
    public double DiversityPenalty { get; init; }

    internal void Validate(GenerationOptions others)
    {
        GenerationOptions.Require(Beams is >= 1 and <= StepBudget.Sequences, nameof(Beams), $"a whole number from 1 to {StepBudget.Sequences}", Beams);
        GenerationOptions.Require(Math.Abs(LengthPenalty) <= 5, nameof(LengthPenalty), "a number from -5 to 5", LengthPenalty);
        GenerationOptions.Require(Enum.IsDefined(EarlyStopping), nameof(EarlyStopping), "true, false or never", EarlyStopping);
        GenerationOptions.Require(Groups >= 1 && Beams % Groups == 0, nameof(Groups), $"a whole number that divides {Beams} ({{0}})", Groups, nameof(Beams));
        GenerationOptions.Require(DiversityPenalty is >= 0 and <= 1e6, nameof(DiversityPenalty), "a number above 0, at most 1e6", DiversityPenalty);
        GenerationOptions.Require(
            Groups == 1 || DiversityPenalty > 0, nameof(DiversityPenalty), $"a number above 0 with {Groups} groups ({{0}})", DiversityPenalty, nameof(Groups));
        GenerationOptions.Require(Groups > 1 || DiversityPenalty == 0, nameof(DiversityPenalty), "0 with one group ({0})", DiversityPenalty, nameof(Groups));
        GenerationOptions.Require(!others.Explain, nameof(others.Explain), "no {0} beside it: they draw no token", Beams, nameof(Beams));
        GenerationOptions.Require(
            others.Draft == DraftKind.None, nameof(others.Draft), "no {0} beside it: a step scores all of them together already", Beams, nameof(Beams));
        GenerationOptions.Require(
            others.Prediction is null or { Count: 0 }, nameof(others.Prediction), "no {0} beside it: a step scores all of them together already", Beams,
                nameof(Beams));
        GenerationOptions.Require(
            others.LoopNgram == 0, nameof(others.LoopNgram), "no {0} beside it: a loop is of one text, and {1} keeps beams from it",
            Beams, nameof(Beams), nameof(SamplerOptions.NoRepeatNgram));
    }
}
