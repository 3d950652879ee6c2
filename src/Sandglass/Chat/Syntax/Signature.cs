namespace Sandglass.Chat;

/// <summary>A macro as it is written.</summary>
/// <param name="Name">Its name; <c>caller</c> for the body of a call block.</param>
/// <param name="Parameters">Names.</param>
/// <param name="Defaults">Of the last parameters.</param>
/// <param name="Body">What it writes.</param>
/// <param name="Names">All names in the body: one that uses <c>varargs</c>, <c>kwargs</c> or <c>caller</c> takes them.</param>
internal sealed record Signature(string Name, string[] Parameters, Expression[] Defaults, Block Body, IReadOnlySet<string> Names)
{
    public bool UsesVarargs { get; } = Names.Contains("varargs");

    public bool UsesKwargs { get; } = Names.Contains("kwargs");

    public bool UsesCaller { get; } = Names.Contains("caller");

    public Expression? DefaultOf(int parameter)
    {
        int index = parameter - (Parameters.Length - Defaults.Length);
        return index >= 0 ? Defaults[index] : null;
    }
}
