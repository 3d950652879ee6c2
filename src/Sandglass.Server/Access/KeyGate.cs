using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sandglass.Server;

/// <summary>Asks for a key where any is set, and holds its holder to the limits.</summary>
/// <param name="keys">The keys.</param>
/// <param name="sharePrefixes">Whether cached beginnings are shared between keys: then a holder can find out by timing what others asked.</param>
internal sealed class KeyGate(KeyStore keys, bool sharePrefixes)
{
    private const string Scheme = "Bearer ";

    public async Task Handle(HttpContext context, RequestDelegate next)
    {
        if (!keys.AreNeeded)
        {
            await next(context).ConfigureAwait(false);
            return;
        }
        KeyHolder? holder = keys.Find(Shown(context.Request));
        if (holder is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await ErrorAnswer.WriteAsync(context, Unknown(context.Request)).ConfigureAwait(false);
            return;
        }
        context.Features.Set(new Caller(holder, sharePrefixes ? "" : holder.Name));
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await next(context).ConfigureAwait(false);
            return;
        }
        Refusal? refusal = holder.Enter();
        WriteLimits(context.Response.Headers, holder);
        if (refusal is not null)
        {
            await ErrorAnswer.WriteAsync(context, new ApiError(429, refusal.Message, refusal.Code) { RetryAfter = refusal.RetryAfter }).ConfigureAwait(false);
            return;
        }
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            holder.Leave();
        }
    }

    /// <summary>The key as OpenAI's clients send it, or else as Azure's (<c>api-key</c>) and Anthropic's (<c>x-api-key</c>) do.</summary>
    private static ReadOnlySpan<char> Shown(HttpRequest request)
    {
        StringValues given = request.Headers.Authorization;
        if (given.Count == 1 && given[0] is string one && one.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return one.AsSpan(Scheme.Length).Trim();
        if (given.Count > 0) return "";
        foreach (string name in (ReadOnlySpan<string>)["api-key", "x-api-key"])
            if (request.Headers.TryGetValue(name, out StringValues other) && other.Count == 1) return other[0].AsSpan().Trim();
        return "";
    }

    private static ApiError Unknown(HttpRequest request) => Shown(request).IsEmpty
        ? new(401, "This server needs an API key: expected the header Authorization: Bearer KEY.", "api-key-missing")
        : new(401, "The API key is none of this server's. Ask whoever runs it for one.", "api-key-wrong");

    private static void WriteLimits(IHeaderDictionary headers, KeyHolder holder)
    {
        Write(headers, "requests", holder.Requests);
        Write(headers, "tokens", holder.Tokens);
    }

    private static void Write(IHeaderDictionary headers, string of, RateStatus? status)
    {
        if (status is not RateStatus known) return;
        headers[$"x-ratelimit-limit-{of}"] = known.Limit.ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-remaining-{of}"] = known.Remaining.ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-reset-{of}"] = Duration(known.Reset);
    }

    /// <summary>As OpenAI writes it: 120ms, 6s, 1m30s.</summary>
    internal static string Duration(TimeSpan time)
    {
        long milliseconds = (long)Math.Ceiling(time.TotalMilliseconds);
        if (milliseconds < 1000) return string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
        long seconds = (milliseconds + 999) / 1000;
        return seconds < 60 ? string.Create(CultureInfo.InvariantCulture, $"{seconds}s")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}m{seconds % 60}s");
    }
}
