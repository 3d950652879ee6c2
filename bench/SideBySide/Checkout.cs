namespace Sandglass.SideBySide;

/// <summary>The source tree that this program belongs to.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    /// <summary>The commit, and whether files differ from it.</summary>
    public static async Task<string> CommitAsync(CancellationToken cancellation)
    {
        try
        {
            string commit = (await Tool.OutputAsync(["git", "-C", Root, "rev-parse", "--short=12", "HEAD"], cancellation)).Trim();
            string changed = await Tool.OutputAsync(["git", "-C", Root, "status", "--porcelain", "--untracked-files=no"], cancellation);
            return changed.Length == 0 ? commit : commit + " with changes";
        }
        catch (InvalidOperationException)
        {
            return "unknown";
        }
    }

    /// <summary>The tool as a user gets it.</summary>
    public static async Task<string> PublishToolAsync(string folder, CancellationToken cancellation)
    {
        await Tool.OutputAsync(["dotnet", "publish", Path.Combine(Root, "src", "Sandglass.Cli"), "-c", "Release", "-o", folder, "-v", "quiet"], cancellation);
        return Path.Combine(folder, OperatingSystem.IsWindows() ? "sandglass.exe" : "sandglass");
    }

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sandglass.slnx"))) return folder.FullName;
        }
        return Environment.CurrentDirectory;
    }
}
