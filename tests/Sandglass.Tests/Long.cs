namespace Sandglass.Tests;

/// <summary>Whether tests that take minutes run in full: <c>SANDGLASS_LONG=1</c>. Without it they take a part.</summary>
internal static class Long
{
    public static bool Asked { get; } = Environment.GetEnvironmentVariable("SANDGLASS_LONG") == "1";
}
