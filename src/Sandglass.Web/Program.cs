namespace Sandglass.Web;

internal static class Program
{
    /// <summary>Nothing: the worker calls what <see cref="Tab"/> exports.</summary>
    private static void Main()
    {
    }
}
