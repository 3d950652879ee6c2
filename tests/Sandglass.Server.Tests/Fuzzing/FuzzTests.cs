using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Sandglass.Generation;
using Xunit.Abstractions;

namespace Sandglass.Server.Tests.Fuzzing;

/// <summary>
/// Requests of all kinds, made from valid ones: the server answers every one soon, never with a failure of its own, and always in a shape that is documented.
/// <c>SANDGLASS_FUZZ_REQUESTS</c> and <c>SANDGLASS_FUZZ_SEED</c> set how many and the number of the first; a failure tells its own.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Together = 8, Enough = 5;

    // one takes milliseconds; a hang takes for ever, and a busy machine no half minute
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string[] Usual =
        ["json-invalid", "parameter-unknown", "parameter-value", "parameter-missing", "parameter-mix", "parameter-unsupported", "content-type"];

    private ServedModel _model = null!;
    private SandglassServer _server = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        // a small context: whatever a request asks for, it is soon done
        _model = await ServedModel.LoadAsync("embedded:grain-1m", options: new ModelOptions { Context = 64, CacheMemory = 64 << 20 });
        _server = await SandglassServer.StartAsync(new ServerOptions
        {
            Models = [_model],
            Address = "http://127.0.0.1:0",
            Limits = new ServerLimits { BodyBytes = 1 << 16, Prompts = 8, Inputs = 16, Choices = 16 },
        });
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(_server.Address), Timeout = Patience };
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _model.Dispose();
    }

    [Fact]
    public async Task Whatever_is_sent_the_answer_is_one_that_is_documented()
    {
        int first = Setting("SANDGLASS_FUZZ_SEED", 1), requests = Setting("SANDGLASS_FUZZ_REQUESTS", 20_000);
        using JsonDocument document = JsonDocument.Parse(await _client.GetStringAsync("openapi.json"));
        RequestFuzzer fuzzer = new(document.RootElement);
        AnswerJudge judge = new(document.RootElement);
        ConcurrentDictionary<string, int> codes = new();
        ConcurrentQueue<string> failures = new();

        await Parallel.ForAsync(first, first + requests, new ParallelOptions { MaxDegreeOfParallelism = Together }, async (number, _) =>
        {
            if (failures.Count >= Enough) return;
            FuzzRequest request = fuzzer.Draw(number);
            try
            {
                using HttpResponseMessage response = await _client.SendAsync(request.ToMessage());
                byte[] body = await response.Content.ReadAsByteArrayAsync(CancellationToken.None);
                codes.AddOrUpdate(judge.Judge(request, response, body) ?? "accepted", 1, (_, count) => count + 1);
            }
            catch (Exception wrong)
            {
                failures.Enqueue($"SANDGLASS_FUZZ_SEED={number} SANDGLASS_FUZZ_REQUESTS=1 repeats it: {wrong.Message}\n{request}\n{wrong.StackTrace}");
            }
        });

        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
        output.WriteLine(string.Join(", ", codes.OrderByDescending(code => code.Value).Select(code => $"{code.Key} {code.Value}")));
        if (requests >= 100) Assert.InRange(codes.GetValueOrDefault("accepted"), requests / 20, requests / 2);      // else the changes test nothing
        if (requests >= 10_000) Assert.All(Usual, code => Assert.True(codes.ContainsKey(code), code));
        for (int i = 0; i < 1000 && _model.Model.Activity is not { Running: 0, Waiting: 0 }; i++) await Task.Delay(10);
        Assert.Equal((0, 0), (_model.Model.Activity.Running, _model.Model.Activity.Waiting));
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is string text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
