using System.Text.Json;
using Microsoft.Extensions.AI;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Extensions.AI.Tests;

/// <summary>The client alone: what it answers, and that of the options none is ignored.</summary>
public sealed class ChatClientTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly ChatOptions Short = new() { Seed = 3, MaxOutputTokens = 20 };

    private readonly SandglassChatClient _client = grain.Model.AsIChatClient("tales");

    [Fact]
    public async Task An_answer_is_the_conversations_with_usage_and_reason()
    {
        GenerationOptions same = new() { Sampling = new SamplerOptions { Seed = 3 }, MaxTokens = 20 };
        GenerationResult expected = await grain.Model.StartConversation("Tell tales.", same).AskAsync("A fox?");

        ChatResponse response = await _client.GetResponseAsync([new(ChatRole.System, "Tell tales."), new(ChatRole.User, "A fox?")], Short);

        Assert.Equal(expected.Text, response.Text);
        Assert.Equal((ChatRole.Assistant, "tales", ChatFinishReason.Length), (Assert.Single(response.Messages).Role, response.ModelId, response.FinishReason));
        GenerationResult raw = Assert.IsType<GenerationResult>(response.RawRepresentation);
        Assert.Equal((raw.PromptIds.Count, 20, raw.PromptIds.Count + 20),
            (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount));
        Assert.Equal((3UL, "length"), (response.AdditionalProperties!["seed"], response.AdditionalProperties["finish"]));
    }

    [Fact]
    public async Task A_stream_is_the_same_answer_in_pieces()
    {
        ChatResponse whole = await _client.GetResponseAsync("A fox?", Short);
        List<ChatResponseUpdate> updates = await _client.GetStreamingResponseAsync("A fox?", Short).ToListAsync();
        ChatResponse joined = updates.ToChatResponse();

        Assert.True(updates.Count > 10);
        Assert.Equal((whole.Text, whole.FinishReason, whole.ModelId), (joined.Text, joined.FinishReason, joined.ModelId));
        Assert.Equal(whole.Usage!.OutputTokenCount, joined.Usage!.OutputTokenCount);
        Assert.Equal(3UL, joined.Messages[0].AdditionalProperties!["seed"]);
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
        Assert.All(updates[..^1], update => Assert.Equal(update.Text, Assert.IsType<GeneratedToken>(update.RawRepresentation).Text));
    }

    [Fact]
    public async Task What_earlier_requests_had_too_is_counted_as_cached()
    {
        List<ChatMessage> talk = [new(ChatRole.User, string.Concat(Enumerable.Repeat("A fox met a wolf. ", 12)))];
        ChatResponse first = await _client.GetResponseAsync(talk, Short);
        talk.AddRange([.. first.Messages, new ChatMessage(ChatRole.User, "And?")]);
        ChatResponse second = await _client.GetResponseAsync(talk, Short);

        Assert.Equal(0, first.Usage!.CachedInputTokenCount);
        Assert.True(second.Usage!.CachedInputTokenCount >= first.Usage.InputTokenCount / 32 * 32);
    }

    [Fact]
    public async Task Requests_at_the_same_time_are_each_what_they_are_alone()
    {
        ChatOptions Options(int i) => new() { Seed = i, MaxOutputTokens = 30, Temperature = 0.9f };
        string[] alone = new string[12];
        for (int i = 0; i < alone.Length; i++) alone[i] = (await _client.GetResponseAsync($"{i} foxes?", Options(i))).Text;

        ChatResponse[] together = await Task.WhenAll(alone.Select((_, i) => Task.Run(() => _client.GetResponseAsync($"{i} foxes?", Options(i)))));
        Assert.Equal(alone, together.Select(response => response.Text));
    }

    [Fact]
    public async Task Cancelling_throws_and_leaves_nothing_at_work()
    {
        ChatOptions endless = new() { AdditionalProperties = new() { ["ignore_eos"] = true } };
        using CancellationTokenSource cancel = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync("A fox?", endless, cancel.Token)) await cancel.CancelAsync();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.GetResponseAsync("A fox?", endless, cancel.Token));
        await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync("A fox?", endless)) break;

        Assert.Equal((0, 0), (grain.Model.Activity.Running, grain.Model.Activity.Waiting));
    }

    [Fact]
    public async Task Options_are_the_engines_own()
    {
        ChatOptions asked = new()
        {
            Temperature = 0.7f,
            TopP = 0.9f,
            TopK = 30,
            FrequencyPenalty = 0.1f,
            PresencePenalty = 0.2f,
            Seed = -1,
            MaxOutputTokens = 25,
            StopSequences = ["zzz"],
            ModelId = "tales",
            ResponseFormat = ChatResponseFormat.Text,
            ToolMode = ChatToolMode.None,
            AdditionalProperties = new()
            {
                ["min_p"] = 0.1,
                ["repetition_penalty"] = JsonDocument.Parse("1.1").RootElement,
                ["banned_token_ids"] = new[] { 5, 6 },
                ["samplers"] = "penalties;top_k;top_p;min_p;temperature"
            },
        };
        GenerationOptions same = new()
        {
            Sampling = new SamplerOptions
            {
                Temperature = 0.7,
                TopP = 0.9,
                TopK = 30,
                FrequencyPenalty = 0.1,
                PresencePenalty = 0.2,
                Seed = ulong.MaxValue,
                MinP = 0.1,
                RepetitionPenalty = 1.1,
                BannedIds = [5, 6],
                Samplers = ["penalties;top_k;top_p;min_p;temperature"],
            },
            MaxTokens = 25,
            Stop = ["zzz"],
        };

        Assert.Equal((await grain.Model.StartConversation(options: same).AskAsync("A fox?")).Text, (await _client.GetResponseAsync("A fox?", asked)).Text);
    }

    [Fact]
    public async Task Instructions_are_the_systems_text_and_stand_before_one_that_is_there()
    {
        ChatOptions told = new() { Seed = 3, MaxOutputTokens = 20, Instructions = "Be brief." };
        string system = (await _client.GetResponseAsync([new(ChatRole.System, "Be brief."), new(ChatRole.User, "A fox?")], Short)).Text;
        string both = (await _client.GetResponseAsync([new(ChatRole.System, "Be brief.\n\nTell tales."), new(ChatRole.User, "A fox?")], Short)).Text;

        Assert.Equal(system, (await _client.GetResponseAsync("A fox?", told)).Text);
        Assert.Equal(both, (await _client.GetResponseAsync([new(ChatRole.System, "Tell tales."), new(ChatRole.User, "A fox?")], told)).Text);
    }

    [Fact]
    public async Task All_that_the_engine_has_can_be_set()
    {
        GenerationOptions own = new() { Beams = new BeamOptions { Beams = 3 }, MaxTokens = 10 };
        ChatResponse response = await _client.GetResponseAsync("A fox?", new ChatOptions { RawRepresentationFactory = _ => own });

        Assert.Equal(3, Assert.IsType<GenerationResult>(response.RawRepresentation).Beams!.Count);
        using SandglassChatClient greedy = new(grain.Model, defaults: new GenerationOptions { Sampling = SamplerOptions.Greedy, MaxTokens = 15 });
        Assert.Equal((await greedy.GetResponseAsync("A fox?")).Text,
            (await _client.GetResponseAsync("A fox?", new ChatOptions { Temperature = 0, MaxOutputTokens = 15 })).Text);
    }

    [Fact]
    public async Task The_alternatives_of_a_token_come_with_its_update()
    {
        ChatOptions options = new() { Seed = 3, MaxOutputTokens = 5, AdditionalProperties = new() { ["logprobs"] = 4, ["hash_logits"] = true } };
        await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync("A fox?", options))
        {
            if (update.RawRepresentation is GeneratedToken token) Assert.Equal((4, 16), (token.Top.Count, token.LogitsHash!.Length));
        }
    }

    public static TheoryData<string, ChatOptions> Refused => new()
    {
        { "Tools are not supported yet", new ChatOptions { Tools = [AIFunctionFactory.Create(() => 42, "answer")] } },
        { "Tools are not supported yet", new ChatOptions { ToolMode = ChatToolMode.RequireAny } },
        { "ResponseFormat is not supported", new ChatOptions { ResponseFormat = ChatResponseFormat.Json } },
        { "ConversationId is not supported", new ChatOptions { ConversationId = "7" } },
        { "AllowBackgroundResponses is not supported", new ChatOptions { AllowBackgroundResponses = true } },
        { "Reasoning is not supported", new ChatOptions { Reasoning = new ReasoningOptions { Effort = ReasoningEffort.High } } },
        { "this client has tales and not gpt-5", new ChatOptions { ModelId = "gpt-5" } },
        { "there is no option min-p. Expected allowed_token_ids,", new ChatOptions { AdditionalProperties = new() { ["min-p"] = 0.1 } } },
        { "RawRepresentationFactory gave String", new ChatOptions { RawRepresentationFactory = _ => "x" } },
        { "AdditionalProperties, min_p: expected a number, found x (String)", new ChatOptions { AdditionalProperties = new() { ["min_p"] = "x" } } },
        { "AdditionalProperties, mirostat: expected a whole number, found 1.5 (Double)",
            new ChatOptions { AdditionalProperties = new() { ["mirostat"] = 1.5 } } },
        { "AdditionalProperties, samplers: expected a list of texts, found 1 (Int32)", new ChatOptions { AdditionalProperties = new() { ["samplers"] = 1 } } },
        { "AdditionalProperties, ignore_eos: expected true or false, found [] ",
            new ChatOptions { AdditionalProperties = new() { ["ignore_eos"] = JsonDocument.Parse("[] ").RootElement } } },
        { "chat_template_kwargs: expected a JsonElement that is an object", new ChatOptions { AdditionalProperties = new() { ["chat_template_kwargs"] = 1 } } },
        { "TopK: expected a whole number from 0, found -1", new ChatOptions { TopK = -1 } },
        { "MaxTokens: expected a whole number from 0, found -1", new ChatOptions { MaxOutputTokens = -1 } },
        { "TopK", new ChatOptions { TopK = 5, AdditionalProperties = new() { ["samplers"] = new[] { "temperature" } } } },
    };

    [Theory, MemberData(nameof(Refused))]
    public async Task What_cannot_be_honoured_is_refused_with_its_name(string expected, ChatOptions options)
    {
        Exception whole = await Assert.ThrowsAnyAsync<Exception>(() => _client.GetResponseAsync("A fox?", options));
        Exception streamed = await Assert.ThrowsAnyAsync<Exception>(async () => await _client.GetStreamingResponseAsync("A fox?", options).ToListAsync());

        Assert.Contains(expected.TrimEnd(), whole.Message, StringComparison.Ordinal);
        Assert.True(whole is NotSupportedException or ArgumentException or SandglassException, whole.GetType().Name);
        Assert.Equal(whole.Message, streamed.Message);
    }

    public static TheoryData<string, ChatMessage> RefusedMessages => new()
    {
        { "Tools are not supported yet", new ChatMessage(ChatRole.Tool, [new FunctionResultContent("1", "42")]) },
        { "Tools are not supported yet", new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "answer")]) },
        { "A message holds DataContent", new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")]) },
    };

    [Theory, MemberData(nameof(RefusedMessages))]
    public async Task What_no_text_model_reads_is_refused(string expected, ChatMessage message) =>
        Assert.Contains(expected, (await Assert.ThrowsAsync<NotSupportedException>(() => _client.GetResponseAsync([message]))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_conversation_that_does_not_fit_is_refused_with_both_numbers()
    {
        using LanguageModel small = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Context = 32 });
        GenerationException refusal = await Assert.ThrowsAsync<GenerationException>(() => small.AsIChatClient()
            .GetResponseAsync(string.Concat(Enumerable.Repeat("fox ", 40))));

        Assert.Equal("prompt-too-long", refusal.Code);
        Assert.Contains("32 tokens", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Services_are_the_client_its_model_and_what_is_known_of_it()
    {
        IChatClient client = _client;
        Assert.Same(_client, client.GetService<SandglassChatClient>());
        Assert.Same(_client, client.GetService<IChatClient>());
        Assert.Same(grain.Model, client.GetService<LanguageModel>());
        Assert.Equal(("sandglass", "tales"), (client.GetService<ChatClientMetadata>()!.ProviderName, client.GetService<ChatClientMetadata>()!.DefaultModelId));
        Assert.Null(client.GetService(typeof(string)));
        Assert.Null(client.GetService(typeof(IChatClient), "key"));
        client.Dispose();
        Assert.Equal("grain-1m", new SandglassChatClient(LanguageModel.LoadEmbedded("grain-1m"))
            .GetService(typeof(ChatClientMetadata)) is ChatClientMetadata own ? own.DefaultModelId![..8] : "");
    }
}
