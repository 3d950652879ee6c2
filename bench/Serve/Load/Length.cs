using System.Globalization;

namespace Sandglass.ServeBench.Load;

/// <summary>How long prompts or answers are: always the same, evenly between two, or log-normal around a median, as people's texts are.</summary>
internal sealed record Length(int From, int To, double Sigma = 0)
{
    /// <summary>A log-normal draw is cut here: a server's context has an end.</summary>
    private const int LongestOverMedian = 8;

    /// <summary>The longest that can be drawn.</summary>
    public int Most => Sigma > 0 ? From * LongestOverMedian : To;

    public int Draw(Random random) => Sigma > 0
        ? (int)Math.Clamp(Math.Round(From * Math.Exp(Sigma * Arrivals.Normal(random))), 1, Most)
        : random.Next(From, To + 1);

    /// <summary>Reads <c>128</c>, <c>64-256</c> or <c>128~0.5</c> (median and sigma).</summary>
    /// <exception cref="ArgumentException">It is none of these.</exception>
    public static Length Parse(string text)
    {
        int tilde = text.IndexOf('~'), dash = text.IndexOf('-');
        Length? length = tilde > 0 ? Positive(text[..tilde]) is { } median && Fraction(text[(tilde + 1)..]) is { } sigma ? new Length(median, median, sigma)
            : null
            : dash > 0 ? Positive(text[..dash]) is { } from && Positive(text[(dash + 1)..]) is { } to && from <= to ? new Length(from, to) : null
            : Positive(text) is { } always ? new Length(always, always) : null;
        return length ?? throw new ArgumentException($"\"{text}\" is no length: 128, or 64-256 (evenly between), or 128~0.5 (log-normal: median and sigma).");
    }

    public override string ToString() => Sigma > 0 ? string.Create(CultureInfo.InvariantCulture, $"{From}~{Sigma}") : From == To ? $"{From}" : $"{From}-{To}";

    private static int? Positive(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0 ? value : null;

    private static double? Fraction(string text) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
        && value > 0 ? value : null;
}
