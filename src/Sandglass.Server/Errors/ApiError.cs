using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sandglass.KvCache;
using Sandglass.Sampling;

namespace Sandglass.Server;

/// <summary>An error as OpenAI's clients expect it.</summary>
/// <param name="Status">Of HTTP.</param>
/// <param name="Message">For a person.</param>
/// <param name="Code">A line of docs/errors.md.</param>
/// <param name="Param">The parameter that is wrong; null for none.</param>
internal sealed record ApiError(int Status, string Message, string Code, string? Param = null)
{
    /// <summary>After this time it is worth another try; null where it is not said.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The kind of error, in OpenAI's words.</summary>
    public string Type => Status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status404NotFound when Code == "model_not_found" => "invalid_request_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    /// <summary>What a failed request answers with.</summary>
    public static ApiError Of(Exception failure) => failure switch
    {
        RequestException refused => new(StatusOf(refused.Code), refused.Message, refused.Code, refused.Param),
        BadHttpRequestException bad => OfHttp(bad.StatusCode, bad.Message),
        SamplingException { Code: "sampling-logits" } broken => new(500, broken.Message, broken.Code),
        OptionException option => OfOption(option),
        KvCacheException { Code: "cache-full" } full => new(503, full.Message, full.Code),
        SandglassException known => new(500, known.Message, known.Code),
        ObjectDisposedException => new(503, "The server is stopping.", "stopping"),
        _ => new(500, "The server failed in a way that it should not; its log says how.", "internal-error"),
    };

    /// <summary>Of a status that nobody gave a message to.</summary>
    public static ApiError OfHttp(int status, string message) => status switch
    {
        404 => new(404, message, "route-unknown"),
        405 => new(405, message, "method-not-allowed"),
        408 => new(408, message, "request-timeout"),
        413 => new(413, message, "body-too-large"),
        415 => new(415, message, "content-type"),
        431 => new(431, message, "headers-too-large"),
        >= 500 => new(status, message, "internal-error"),
        _ => new(status, message, "bad-request"),
    };

    private static ApiError OfOption(OptionException option)
    {
        string? param = ParameterNames.Of(option.Option);
        return new(400, option.MessageWith(property => ParameterNames.Of(property) ?? property), option.Code, param);
    }

    private static int StatusOf(string code) => code switch
    {
        "model_not_found" => 404,
        "content-type" => 415,
        "body-too-large" => 413,
        _ => 400,
    };

    /// <summary>Whole seconds for the header, at least one.</summary>
    public string? RetryAfterSeconds => RetryAfter is TimeSpan wait
        ? Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture)
        : null;
}
