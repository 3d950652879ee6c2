namespace Sandglass.Web;

internal static class Program
{
    /// <summary>Nothing: the worker calls what <see cref="Tab"/> exports. An assembly that is started has to have one.</summary>
    private static void Main()
    {
    }
}
