namespace Sandglass.Generation;

/// <summary>A request that cannot be carried out as asked.</summary>
public sealed class GenerationException : OptionException
{
    internal GenerationException(string code, string option, string expected, string found, params string[] others)
        : base(code, option, expected, found, others)
    {
    }
}
