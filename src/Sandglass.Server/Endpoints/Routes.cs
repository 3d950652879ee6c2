using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sandglass.Server;

/// <summary>All routes: one line each.</summary>
internal static class Routes
{
    public static void Map(IEndpointRouteBuilder routes, ServerState state)
    {
        ModelsEndpoint models = new(state);
        Get(routes, "/v1/models", models.List);
        Get(routes, "/v1/models/{**id}", models.One);
        Get(routes, "/metrics", new MetricsEndpoint(state).Read);
        Get(routes, "/activity", new ActivityEndpoint(state).Handle);

        ChatEndpoint chat = new(state);
        Post(routes, "/v1/chat/completions", chat.Answer);
        Post(routes, "/apply-template", chat.ApplyTemplate);
        Post(routes, "/v1/completions", new CompletionsEndpoint(state).Handle);
        Post(routes, "/trace", new TraceEndpoint(state).Handle);
        Post(routes, "/v1/embeddings", new EmbeddingsEndpoint(state).Handle);

        TokenEndpoints tokens = new(state);
        Post(routes, "/tokenize", tokens.Tokenize);
        Post(routes, "/detokenize", tokens.Detokenize);

        Get(routes, "/openapi.json", ReferencePage.Document);
        ReferencePage.Map(routes);
    }

    private static void Post(IEndpointRouteBuilder routes, string pattern, RequestDelegate handler) => routes.MapMethods(pattern, ["POST"], handler);

    private static void Get(IEndpointRouteBuilder routes, string pattern, RequestDelegate handler) => routes.MapMethods(pattern, ["GET"], handler);
}
