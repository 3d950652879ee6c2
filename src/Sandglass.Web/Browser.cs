using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;

namespace Sandglass.Web;

/// <summary>What the worker's script does for the engine (<c>wwwroot/engine.js</c>).</summary>
[SupportedOSPlatform("browser")]
internal static partial class Browser
{
    /// <summary>Reads bytes of the file that is being opened, and returns how many there were.</summary>
    [JSImport("readFile", "engine")]
    public static partial int ReadFile(double offset, [JSMarshalAs<JSType.MemoryView>] Span<byte> to);

    /// <summary>Makes a function of a module that the engine has written; 0 where the browser refuses it.</summary>
    [JSImport("placeModule", "engine")]
    public static partial int PlaceModule([JSMarshalAs<JSType.MemoryView>] Span<byte> module);

    /// <summary>The time on the user's clock. The runtime would ask the browser for the name of its time zone, and then for what is known of zones: a tenth of a
    /// second at each start.</summary>
    public static DateTimeOffset LocalNow => DateTimeOffset.UtcNow.ToOffset(TimeSpan.FromMinutes(MinutesAheadOfUtc()));

    [JSImport("minutesAheadOfUtc", "engine")]
    private static partial int MinutesAheadOfUtc();

    /// <summary>Tells whoever waits how much of the weights has been read.</summary>
    [JSImport("loading", "engine")]
    public static partial void Loading(double read, double total);
}
