namespace Sandglass.Cli;

/// <summary>Something that the person at the keyboard can put right; the message says how.</summary>
internal sealed class WrongInputException(string message) : Exception(message);
