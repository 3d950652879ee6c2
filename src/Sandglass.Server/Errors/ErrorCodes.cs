using System.Collections.Frozen;

namespace Sandglass.Server;

/// <summary>The server's own codes with the status of HTTP that goes with each. The engine's keep theirs, and are 400 where the request is wrong.</summary>
internal static class ErrorCodes
{
    /// <summary>What is wrong with a failure that has no code.</summary>
    public const string Internal = "internal-error";

    /// <summary>All of them; docs/errors.md has a line for each.</summary>
    public static FrozenDictionary<string, int> All { get; } = new Dictionary<string, int>
    {
        ["bad-request"] = 400,
        ["json-invalid"] = 400,
        ["parameter-unknown"] = 400,
        ["parameter-missing"] = 400,
        ["parameter-twice"] = 400,
        ["parameter-value"] = 400,
        ["parameter-mix"] = 400,
        ["parameter-unsupported"] = 400,
        ["limit-exceeded"] = 400,
        ["compute-other"] = 400,
        ["api-key-missing"] = 401,
        ["api-key-wrong"] = 401,
        ["cross-site"] = 403,
        ["model_not_found"] = 404,
        ["route-unknown"] = 404,
        ["method-not-allowed"] = 405,
        ["request-timeout"] = 408,
        ["body-too-large"] = 413,
        ["content-type"] = 415,
        ["key-concurrency"] = 429,
        ["key-requests"] = 429,
        ["key-tokens"] = 429,
        ["headers-too-large"] = 431,
        [Internal] = 500,
        ["bodies-full"] = 503,
        ["stopping"] = 503,
        ["watchers-full"] = 503,
        ["request-time"] = 504,
    }.ToFrozenDictionary();

    /// <summary>The status of a refusal.</summary>
    public static int StatusOf(string code) => All.GetValueOrDefault(code, 400);

    /// <summary>The code of a status that came without one.</summary>
    public static string Of(int status) => status switch
    {
        404 => "route-unknown",
        405 => "method-not-allowed",
        408 => "request-timeout",
        413 => "body-too-large",
        415 => "content-type",
        431 => "headers-too-large",
        >= 500 => Internal,
        _ => "bad-request",
    };
}
