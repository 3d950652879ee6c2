namespace Sandglass.Tests;

/// <summary>The folder that these tests were built from.</summary>
internal static class Checkout
{
    public static string Folder { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Sandglass.slnx"))) return at.FullName;
        }
        throw new DirectoryNotFoundException($"No Sandglass.slnx above {AppContext.BaseDirectory}.");
    }
}
