using System.Runtime.Versioning;
using Sandglass.Kernels;

namespace Sandglass.Web;

[SupportedOSPlatform("browser")]
internal static class Program
{
    /// <summary>The worker then calls what <see cref="Tab"/> exports.</summary>
    private static void Main() => Host.PlaceModule = static module => Browser.PlaceModule(module);
}
