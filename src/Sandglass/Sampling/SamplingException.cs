using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Sandglass.Sampling;

/// <summary>
/// An option of the sampler that makes no sense, or logits that no token can be chosen from: then <see cref="OptionException.Option"/> says which.
/// </summary>
public sealed class SamplingException : OptionException
{
    private SamplingException(string code, string option, string expected, string found, params string[] others)
        : base(code, option, expected, found, others)
    {
    }

    [DoesNotReturn]
    internal static void ThrowOption(string option, string expected, double found, params string[] others) =>
        throw new SamplingException("sampling-option", option, expected, found.ToString(CultureInfo.InvariantCulture), others);

    [DoesNotReturn]
    internal static void ThrowOption(string option, string expected, string found) => throw new SamplingException("sampling-option", option, expected, found);

    /// <summary>For a mix of options of which one leaves the other nothing to do.</summary>
    /// <param name="option">The property.</param>
    /// <param name="expected">What would be right, with {0}, {1}, … in place of other properties.</param>
    /// <param name="found">What is there.</param>
    /// <param name="others">Those properties.</param>
    [DoesNotReturn]
    internal static void ThrowMix(string option, string expected, string found, params string[] others) =>
        throw new SamplingException("sampling-mix", option, expected, found, others);

    /// <summary>For a row in which the options leave only tokens that the model forbids.</summary>
    [DoesNotReturn]
    internal static void ThrowNothingLeft() =>
        throw new SamplingException(
            "sampling-logits", "logits of the tokens that the options allow", "at least one finite number", "negative infinity for each");

    /// <summary>For a stage that turned a logit into something that is not a number.</summary>
    [DoesNotReturn]
    internal static void ThrowNotANumber(string step, int id) =>
        throw new SamplingException("sampling-logits", $"the logits after {step}", "numbers", $"NaN for token {id}");

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
