using System.Text;
using System.Text.Json;

namespace Sandglass.Server.Tests.Fuzzing;

/// <summary>Makes requests: one from each number, always the same.</summary>
/// <param name="document">The description of the API.</param>
internal sealed class RequestFuzzer(JsonElement document)
{
    private static readonly (string Path, Piece Body)[] Seeds =
    [
        Seed("/v1/completions", """{"prompt":"Once upon a time","max_tokens":2,"seed":1}"""),
        Seed(
            "/v1/completions",
            """
            {"model":"grain-1m","prompt":[[1,300,301],[302]],"max_tokens":2,"n":2,"stream":true,"stream_options":{"include_usage":true},
            "logprobs":2,"stop":["x","yz"]}
            """),
        Seed(
            "/v1/completions",
            """
            {"prompt":["a","b"],"max_tokens":2,"echo":true,"logprobs":1,"logit_bias":{"300":2.5},"return_token_ids":true,"hash_logits":true}
            """),
        Seed("/v1/completions", """{"prompt":"The king","max_tokens":2,"beams":2,"prompt_logprobs":1}"""),
        Seed(
            "/v1/completions",
            """
            {"prompt":"The king","max_tokens":3,"temperature":0.7,"top_p":0.9,"min_p":0.05,"mirostat":0,"samplers":["top_p","temperature"],
            "draft":"lookup"}
            """),
        Seed(
            "/v1/chat/completions",
            """
            {"messages":[{"role":"user","content":"Hi"}],"max_tokens":2,"logprobs":true,"top_logprobs":2,"metadata":{"job":"7"},"user":"a"}
            """),
        Seed(
            "/v1/chat/completions",
            """
            {"messages":[{"role":"system","content":"S"},{"role":"user","content":[{"type":"text","text":"Hi"}]},{"role":"assistant",
            "content":"A"}],"max_completion_tokens":2,"n":2,"stream":true,"response_format":{"type":"text"},"tools":[],
            "continue_final_message":true}
            """),
        Seed(
            "/v1/chat/completions",
            """
            {"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"A","refusal":null,"annotations":[],"tool_calls":[]},
            {"role":"tool","content":"7","tool_call_id":"1"}],"max_tokens":2,"prediction":{"type":"content",
            "content":"The king"},"chat_template_kwargs":{"a":[1]}}
            """),
        Seed(
            "/apply-template",
            """
            {"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"1","function":{"name":"f",
            "arguments":"{}"}}]}]}
            """),
        Seed("/trace", """{"prompt":"Once upon a time","max_tokens":2,"seed":1,"hash_logits":true,"trace":{"candidates":3,"asked":[300],"heads":[[0,1]]}}"""),
        Seed(
            "/trace",
            """
            {"messages":[{"role":"user","content":"Hi"}],"max_tokens":2,"no_cache":true,"trace":{"attention":"all","logits":true},
            "add_generation_prompt":true}
            """),
        Seed("/trace", """{"prompt":[1,300],"max_tokens":2,"beams":2,"n":1,"stream":true}"""),
        Seed("/v1/embeddings", """{"input":["The king","The queen"],"encoding_format":"base64"}"""),
        Seed("/v1/embeddings", """{"input":[300,301]}"""),
        Seed("/tokenize", """{"content":"Once upon a time","with_pieces":true,"add_special":true}"""),
        Seed("/detokenize", """{"tokens":[300,301,302],"with_pieces":true}"""),
        Seed("/apply-template", """{"messages":[{"role":"user","content":"Hi"}],"add_generation_prompt":false,"documents":[{"title":"a"}]}"""),
    ];

    private static readonly string[] Paths =
    [
        "/", "/v1", "/v1/", "/v1/models", "/v1/models/", "/v1/models/grain-1m", "/v1/models/gpt-5", "/v1/models/..%2f..%2fetc%2fpasswd", "/v1/models/%00",
        "/v1/models/a/b/c",
        "/v1/models/%F0%9F%98%80", "/v1/responses", "/v1/completions/", "/V1/Completions", "/v1/completions?stream=true", "/openapi.json", "/metrics",
        "/health", "/ready",
        "/v1//completions", "/..", "/%2e%2e/%2e%2e/etc/passwd", "/v1/embeddings", "/tokenize", "/apply-template", "/trace", "/trace/",
    ];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "get", "BREW"];

    private static readonly string?[] Types =
    [
        null, "", "text/plain", "application/json", "application/json; charset=utf-8", "application/json; charset=utf-16", "application/json;charset=\"",
        "APPLICATION/JSON",
        "application/vnd.api+json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "json", "application/json, text/plain", "*/*",
    ];

    private readonly BodyMutator _mutator = new(document);
    private readonly SchemaSamples _samples = new(document);

    /// <summary>The request of a number.</summary>
    public FuzzRequest Draw(int number)
    {
        Random random = new(number);
        (string path, Piece seed) = Seeds[random.Next(Seeds.Length)];
        Piece body = seed.Copy();
        bool isBySchema = random.Next(4) == 0;
        if (isBySchema) AddBySchema(path, body, random);
        else _mutator.Change(body, random);

        byte[] bytes = Encoding.UTF8.GetBytes(body.ToString());
        if (!isBySchema && random.Next(8) == 0) bytes = BodyMutator.Break(bytes, random);
        FuzzRequest request = new() { Method = "POST", Path = path, Body = bytes, IsBySchema = isBySchema };
        if (random.Next(16) != 0) return request;
        return random.Next(4) switch
        {
            0 => request with { Method = Methods[random.Next(Methods.Length)], IsBySchema = false },
            1 => request with { Path = Paths[random.Next(Paths.Length)], Method = Methods[random.Next(Methods.Length)], IsBySchema = false },
            2 => request with { Encoding = random.Next(2) == 0 ? "gzip" : "identity", IsBySchema = false },
            _ => request with { ContentType = Types[random.Next(Types.Length)], IsBySchema = false },
        };
    }

    private static (string Path, Piece Body) Seed(string path, string body) => (path, Piece.Parse(body));

    // one to three parameters that the body has not yet, or another value of what to read
    private void AddBySchema(string path, Piece body, Random random)
    {
        ApiRoutes route = ApiRouteNames.All.Single(one => one.Path == path).Route;
        JsonElement schema = AnswerSchema.Follow(document, $"#/components/schemas/{route}Request");
        JsonProperty[] known = [.. schema.GetProperty("properties").EnumerateObject()];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            JsonProperty one = known[random.Next(known.Length)];
            string name = Piece.Quoted(one.Name);
            if (one.Name is "messages" or "prompt" or "input") body.Fields!.RemoveAll(field => field.Name == name);
            if (one.Name is "model" || body.Fields!.Exists(field => field.Name == name)) continue;
            body.Fields!.Add((name, _samples.Draw(one.Value, random)));
        }
    }
}
