using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary>Who asks. Where no keys are set, everybody is the same caller.</summary>
/// <param name="Tenant">Whose work it counts as.</param>
/// <param name="CacheScope">Whose cached beginnings it may read and leaves its own to.</param>
/// <param name="Priority">Added to what a request asks for; lower is served earlier.</param>
internal sealed record Caller(string Tenant, string CacheScope, int Priority)
{
    /// <summary>Of a server without keys.</summary>
    public static Caller Anyone { get; } = new("", "", 0);

    /// <summary>The caller of a request.</summary>
    public static Caller Of(HttpContext context) => context.Features.Get<Caller>() ?? Anyone;
}
