using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Sandglass.Sampling;

/// <summary>An option of the sampler that makes no sense, or logits that no token can be chosen from. <see cref="Code"/> names a line in docs/errors.md.</summary>
public sealed class SamplingException : Exception
{
    private SamplingException(string code, string option, string expected, string found)
        : base($"{option}: expected {expected}, found {found}.")
    {
        Code = code;
        Option = option;
        Expected = expected;
        Found = found;
    }

    /// <summary>The kind of failure: <c>sampling-option</c>, <c>sampling-mix</c> or <c>sampling-logits</c>.</summary>
    public string Code { get; }

    /// <summary>What is wrong: the option, for instance <c>top-p</c>, or <c>logits at position 12</c>.</summary>
    public string Option { get; }

    /// <summary>What would have been right.</summary>
    public string Expected { get; }

    /// <summary>What was given.</summary>
    public string Found { get; }

    [DoesNotReturn]
    internal static void ThrowOption(string option, string expected, double found) =>
        throw new SamplingException("sampling-option", option, expected, found.ToString(CultureInfo.InvariantCulture));

    [DoesNotReturn]
    internal static void ThrowOption(string option, string expected, string found) => throw new SamplingException("sampling-option", option, expected, found);

    /// <summary>For a mix of options of which one leaves the other nothing to do.</summary>
    [DoesNotReturn]
    internal static void ThrowMix(string option, string expected, string found) => throw new SamplingException("sampling-mix", option, expected, found);

    /// <summary>For a row in which the options leave only tokens that the model forbids.</summary>
    [DoesNotReturn]
    internal static void ThrowNothingLeft() =>
        throw new SamplingException("sampling-logits", "logits of the tokens that the options allow", "at least one finite number", "negative infinity for each");

    [DoesNotReturn]
    internal static void ThrowLength(int expected, int found) =>
        throw new SamplingException("sampling-logits", "logits", $"a row of {expected}", $"{found}");

    /// <summary>For a row whose sum of exponentials is no finite number: says which token's logit is to blame.</summary>
    [DoesNotReturn]
    internal static void ThrowLogits(ReadOnlySpan<float> logits, long position)
    {
        string found = "negative infinity for every token";
        for (int id = logits.Length - 1; id >= 0; id--)
        {
            if (float.IsNaN(logits[id]) || float.IsPositiveInfinity(logits[id])) found = $"{logits[id].ToString(CultureInfo.InvariantCulture)} for token {id}";
        }
        throw new SamplingException("sampling-logits", $"logits at position {position}", "numbers, at least one of them finite", found);
    }
}
