using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sandglass.Chat;
using Sandglass.Generation;
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
    // by then another server may have taken over, other texts have ended, or one that watches has left
    private static readonly TimeSpan AfterStopping = TimeSpan.FromSeconds(5);

    // a body is read within a moment
    private static readonly TimeSpan WhileFull = TimeSpan.FromSeconds(1);

    /// <summary>After this time it is worth another try; null where it is not said.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The kind of error, in OpenAI's words.</summary>
    public string Type => Status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    /// <summary>What a failed request answers with.</summary>
    /// <param name="failure">What it failed with.</param>
    /// <param name="route">Its route, whose names parameters have.</param>
    public static ApiError Of(Exception failure, ApiRoutes route) => failure switch
    {
        RequestException refused => new(ErrorCodes.StatusOf(refused.Code), refused.Message, refused.Code, refused.Param)
        {
            RetryAfter = refused.Code switch { "stopping" => AfterStopping, "bodies-full" => WhileFull, "watchers-full" => AfterStopping, _ => null },
        },
        BadHttpRequestException bad => OfHttp(bad.StatusCode, bad.Message),
        SamplingException { Code: "sampling-logits" } broken => new(500, broken.Message, broken.Code),
        BusyException busy => OfBusy(busy, route),
        OptionException option => OfOption(option, route),
        TemplateException { Code: "template-argument" } variable => new(400, $"chat_template_kwargs: {variable.Message}", variable.Code, "chat_template_kwargs"),
        TemplateException template => new(400, template.Message, template.Code, "messages"),
        KvCacheException { Code: "cache-full" } full => new(503, full.Message, full.Code) { RetryAfter = AfterStopping },
        OperationCanceledException => new(503, "The server is stopping and ended the work. Ask again.", "stopping") { RetryAfter = AfterStopping },
        SandglassException known => new(500, known.Message, known.Code),
        ObjectDisposedException => new(503, "The server is stopping.", "stopping") { RetryAfter = AfterStopping },
        _ => new(500, "The server failed in a way that it should not; its log says how.", ErrorCodes.Internal),
    };

    /// <summary>Of a status that nobody gave a code to.</summary>
    public static ApiError OfHttp(int status, string message) => new(status, message, ErrorCodes.Of(status));

    private static ApiError OfOption(OptionException option, ApiRoutes route)
    {
        string? param = ParameterNames.Of(option.Option, route);
        return new(400, option.MessageWith(property => ParameterNames.Of(property, route) ?? property), option.Code, param);
    }

    // a limit is the request's own, or the operator's, who set it with an option of the tool
    private static ApiError OfBusy(BusyException busy, ApiRoutes route)
    {
        string? param = ParameterNames.Of(busy.Limit, route);
        return new(503, busy.MessageWith(limit => param ?? OptionOf(limit)), busy.Code, param) { RetryAfter = busy.RetryAfter };
    }

    private static string OptionOf(string property) => property switch
    {
        nameof(ModelOptions.MaxQueue) => "--max-queue",
        nameof(ModelOptions.MaxQueueTokens) => "--max-queue-tokens",
        _ => property,
    };

    /// <summary>Whole seconds for the header, at least one.</summary>
    public string? RetryAfterSeconds => RetryAfter is TimeSpan wait
        ? Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture)
        : null;
}
