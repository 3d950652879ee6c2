namespace Sandglass.Planning;

/// <summary>What a text that was served leaves behind.</summary>
/// <param name="Wait">Seconds from its coming to its place.</param>
/// <param name="First">Seconds from its coming to its first token.</param>
/// <param name="Writing">Seconds from its first token to its last.</param>
/// <param name="Between">How many tokens came after the first.</param>
internal readonly record struct SimulatedTimes(double Wait, double First, double Writing, int Between)
{
    public static SimulatedTimes Of(SimulatedText text)
    {
        if (text.Failure is not null) throw new InvalidOperationException("A simulated text cannot be served.", text.Failure);
        return new SimulatedTimes(text.Begun - text.Came, text.First - text.Came, text.Ended - text.First, text.Written - 1);
    }
}
