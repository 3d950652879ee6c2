namespace Sandglass.ServeBench.Client;

/// <summary>How the runtime waits for sockets.</summary>
internal static class Sockets
{
    /// <summary>The variables that it reads; a server started from here must not inherit them.</summary>
    public static IReadOnlyList<string> Variables { get; } = ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT"];

    /// <summary>One thread waits for all sockets and handles what came at once: a wake-up less for each token, and the time is taken where it arrives. To be
    /// called
    /// before the first socket is made.</summary>
    public static void HandleWhereTheyWait()
    {
        foreach (string variable in Variables) Environment.SetEnvironmentVariable(variable, "1");
    }
}
