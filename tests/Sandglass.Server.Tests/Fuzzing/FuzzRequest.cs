namespace Sandglass.Server.Tests.Fuzzing;

/// <summary>A request that nobody in his right mind would send, or one that somebody might.</summary>
internal sealed record FuzzRequest
{
    public required string Method { get; init; }

    public required string Path { get; init; }

    public string? ContentType { get; init; } = "application/json";

    public string? Encoding { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>Whether its body was only drawn from the schema, so that no value in it can be wrong.</summary>
    public bool IsBySchema { get; init; }

    public HttpRequestMessage ToMessage()
    {
        HttpRequestMessage message = new(new HttpMethod(Method), Path) { Content = new ByteArrayContent(Body) };
        if (ContentType is not null) message.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        if (Encoding is not null) message.Content.Headers.TryAddWithoutValidation("Content-Encoding", Encoding);
        return message;
    }

    public override string ToString()
    {
        string body = System.Text.Encoding.UTF8.GetString(Body);
        string shown = body.Length < 2000 ? body : $"{body[..2000]}… ({Body.Length} bytes)";
        return $"{Method} {Path} ({ContentType ?? "no type"}{(Encoding is null ? "" : $", {Encoding}")})\n{shown}";
    }
}
