namespace Sandglass.Kernels;

/// <summary>What the place gives in which the engine runs: the differences between a process of its own and a tab of a browser are asked for here, and nowhere
/// else. No bit of a result depends on it.</summary>
internal static class Host
{
    /// <summary>Whether a second thread can be started. Where none can, nothing may wait for another thread either: the engine is stepped by its
    /// caller.</summary>
    public static bool HasThreads => !OperatingSystem.IsBrowser();

    /// <summary>Whether memory comes in pages from the system. Elsewhere it is plain memory, and what has been taken never goes back.</summary>
    public static bool HasPages => !OperatingSystem.IsBrowser();

    /// <summary>Makes a function of a WebAssembly module that imports <c>e.memory</c> and exports <c>f</c>: its address, or 0 where the module is refused. Set
    /// by the program around the engine, before a model is loaded; null where the engine is not WebAssembly itself.</summary>
    public static Func<byte[], nint>? PlaceModule { get; set; }

    /// <summary>Threads that compute: those asked for, one per processor where none are, and the only one where there is no second.</summary>
    /// <param name="asked">0 for one per processor.</param>
    public static int Threads(int asked) => !HasThreads ? 1 : asked > 0 ? asked : Environment.ProcessorCount;
}
