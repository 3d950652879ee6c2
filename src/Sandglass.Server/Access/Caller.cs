using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary>Who asks. Where no keys are set, everybody is the same caller.</summary>
/// <param name="Holder">The holder of the key; null where no keys are needed.</param>
/// <param name="CacheScope">Whose cached beginnings it may read and leaves its own to.</param>
internal sealed record Caller(KeyHolder? Holder, string CacheScope)
{
    /// <summary>Of a server without keys.</summary>
    public static Caller Anyone { get; } = new(null, "");

    /// <summary>Whose work it counts as.</summary>
    public string Tenant => Holder?.Name ?? "";

    /// <summary>The priority of a request: lower is served earlier.</summary>
    /// <param name="asked">What the request asks for; null where it does not.</param>
    /// <exception cref="RequestException">It asks to be served before what its key gives.</exception>
    public int PriorityOf(int? asked) => Holder?.PriorityOf(asked) ?? asked ?? 0;

    /// <summary>Counts tokens that were read or written for it.</summary>
    public void Charge(int tokens) => Holder?.Charge(tokens);

    /// <summary>The caller of a request.</summary>
    public static Caller Of(HttpContext context) => context.Features.Get<Caller>() ?? Anyone;
}
