using System.Globalization;

namespace Sandglass.ServeBench.Load;

/// <summary>What is asked: lengths of prompts and answers in tokens, and the share of a prompt that all have in common.</summary>
internal sealed record Workload(string Name, Length Prompt, Length Output, double Shared)
{
    /// <summary>Room for a chat template and for words that are more than one token.</summary>
    private const double Slack = 1.5;

    private const int Template = 64;

    /// <summary>Positions that a request may need.</summary>
    public int Context => (int)(Prompt.Most * Slack) + Template + Output.Most;

    /// <summary>Reads <c>prompt=256,output=64,shared=0.9</c>; what is not named is <c>prompt=8,output=128,shared=0</c>.</summary>
    /// <exception cref="ArgumentException">A name or a value is none that is known.</exception>
    public static Workload Parse(string text)
    {
        Length prompt = new(8, 8), output = new(128, 128);
        double shared = 0;
        foreach (string[] pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(part => part.Split('=', 2)))
        {
            switch (pair)
            {
                case ["prompt", string length]: prompt = Length.Parse(length); break;
                case ["output", string length]: output = Length.Parse(length); break;
                case ["shared", string share] when double.TryParse(share, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
                    && value is >= 0 and < 1:
                    shared = value; break;
                default:
                    string part = string.Join('=', pair);
                    throw new ArgumentException($"\"{part}\" in the workload \"{text}\": prompt=LENGTH, output=LENGTH and shared=0..1 are known.");
            }
        }
        return new Workload(text, prompt, output, shared);
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
            $"prompt {Prompt}, answer {Output}, {(Shared > 0 ? $"{100 * Shared:0} % of the prompt shared" : "nothing shared")}");
}
