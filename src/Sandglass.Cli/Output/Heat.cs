namespace Sandglass.Cli;

/// <summary>The colour of a probability, from what was expected to what surprises.</summary>
internal static class Heat
{
    // 256-colour codes that can be told apart on dark and light backgrounds, and with red-green colour blindness: blue to orange to red
    private static readonly (double Least, int Colour, string Name)[] Steps =
    [
        (0.5, 33, "50 % or more"),
        (0.1, 37, "10 %"),
        (0.01, 178, "1 %"),
        (0.001, 208, "0.1 %"),
        (0, 160, "less"),
    ];

    /// <summary>The code that begins the colour.</summary>
    public static string Of(float logprob)
    {
        double probability = Math.Exp(logprob);
        return Code(Steps.First(step => !(probability < step.Least)).Colour);
    }

    /// <summary>What the colours mean.</summary>
    public static string Legend { get; } = "\e[2mprobability:\e[0m " + string.Join(' ', Steps.Select(step => $"{Code(step.Colour)}{step.Name}\e[0m"));

    private static string Code(int colour) => $"\e[38;5;{colour}m";
}
