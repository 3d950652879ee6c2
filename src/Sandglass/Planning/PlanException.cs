namespace Sandglass.Planning;

/// <summary>A plan that cannot be made as asked.</summary>
public sealed class PlanException : OptionException
{
    internal PlanException(string code, string option, string expected, string found)
        : base(code, option, expected, found, [])
    {
    }
}
