namespace Sandglass.Cli;

/// <summary>Something that the person at the keyboard can put right; the message says how.</summary>
/// <param name="message">What, where, what was expected.</param>
/// <param name="name">The library's code where the library refused it.</param>
internal sealed class WrongInputException(string message, string name = WrongInputException.CommandLine) : Exception(message)
{
    /// <summary>The code of all that the tool refuses itself.</summary>
    public const string CommandLine = "command-line";

    /// <summary>The error's code.</summary>
    public string Name { get; } = name;
}
