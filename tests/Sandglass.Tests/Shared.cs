namespace Sandglass.Tests;

/// <summary>The folder of models, goldens and texts that lies beside a developer's checkout and is no part of the project; absent on a fresh machine.</summary>
internal static class Shared
{
    /// <summary>The folder, or null where it is absent: <c>SANDGLASS_SHARED</c>, else <c>shared</c> beside the checkout.</summary>
    public static string? Folder { get; } = Find();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Folder!, .. parts]);

    private static string? Find()
    {
        string? named = Environment.GetEnvironmentVariable("SANDGLASS_SHARED");
        if (named is not null) return Directory.Exists(named) ? named : null;

        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(at.FullName, "Sandglass.slnx"))) continue;
            string beside = System.IO.Path.GetFullPath(System.IO.Path.Combine(at.FullName, "..", "shared"));
            return Directory.Exists(System.IO.Path.Combine(beside, "golden")) ? beside : null;
        }
        return null;
    }
}

/// <summary>A test that compares with the shared goldens; skipped, with the reason, where they are absent.</summary>
public sealed class GoldenFactAttribute : FactAttribute
{
    public GoldenFactAttribute()
    {
        if (Shared.Folder is null) Skip = "needs the shared goldens beside the checkout";
    }
}

/// <summary>A theory that compares with the shared goldens; skipped, with the reason, where they are absent.</summary>
public sealed class GoldenTheoryAttribute : TheoryAttribute
{
    public GoldenTheoryAttribute()
    {
        if (Shared.Folder is null) Skip = "needs the shared goldens beside the checkout";
    }
}
