using Sandglass.Chat;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Conversations;

/// <summary>What a chat program does with a conversation: say, ask, cancel, take back, ask again, save and restore.</summary>
public sealed class ConversationTests(TemplateModel template) : IClassFixture<TemplateModel>
{
    private static readonly GenerationOptions Options = new() { Sampling = new SamplerOptions { Seed = 5 }, MaxTokens = 12 };

    private LanguageModel Model => template.Model;

    [Fact]
    public async Task A_turn_is_streamed_and_then_part_of_the_conversation()
    {
        Conversation talk = Model.StartConversation("Tell tales.", Options);
        string streamed = "";

        await using ConversationTurn turn = talk.SayAsync("A fox?");
        await foreach (GeneratedToken token in turn) streamed += token.Text;
        GenerationResult result = await turn.Result;

        Assert.Equal(streamed, result.Text);
        Assert.Equal([("system", "Tell tales."), ("user", "A fox?"), ("assistant", streamed)], Said(talk));
        Assert.Equal(Model.ChatTemplate.Render(new ChatRequest(talk.Messages.Take(2).ToArray())).Encode(Model.Tokenizer).Ids, result.PromptIds);
    }

    [Fact]
    public async Task Asking_gives_what_streaming_gives()
    {
        Conversation one = Model.StartConversation(options: Options), other = Model.StartConversation(options: Options);
        string streamed = "";
        await foreach (GeneratedToken token in one.SayAsync("A fox?")) streamed += token.Text;

        Assert.Equal(streamed, (await other.AskAsync("A fox?")).Text);
        Assert.Equal(Said(one), Said(other));
    }

    [Fact]
    public async Task A_turn_that_does_not_fit_is_refused_with_both_numbers_and_changes_nothing()
    {
        using LanguageModel small = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Context = 64 });
        Conversation talk = small.StartConversation(options: Options);
        await talk.AskAsync("A fox?");
        (string, string)[] before = Said(talk);

        GenerationException refusal = Assert.Throws<GenerationException>(() => talk.SayAsync(string.Concat(Enumerable.Repeat("the fox ", 40))));

        Assert.Equal("conversation-too-long", refusal.Code);
        Assert.Contains("63 tokens", refusal.Expected, StringComparison.Ordinal);
        Assert.True(int.Parse(refusal.Found.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) > 64);
        Assert.Equal(before, Said(talk));
        Assert.NotEqual("", (await talk.AskAsync("And?")).Text);
    }

    [Fact]
    public async Task The_last_position_of_the_context_is_an_answer()
    {
        Conversation talk = Model.StartConversation(options: Options);
        int length = (await talk.AskAsync("A fox?")).PromptIds.Count;

        foreach (int context in (int[])[length + 1, length])
        {
            using LanguageModel small = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Context = context });
            Conversation tight = small.StartConversation(options: Options);
            tight.Restore([new ChatMessage("user", "A fox?")]);
            int prompt = small.ChatTemplate.Render(new ChatRequest(tight.Messages)).Encode(small.Tokenizer).Ids.Length;
            if (prompt < context) Assert.Equal(FinishReason.Context, (await tight.AgainAsync().Result).Finish);
            else Assert.Equal("conversation-too-long", Assert.Throws<GenerationException>(() => tight.AgainAsync()).Code);
        }
    }

    [Fact]
    public async Task A_cancelled_answer_is_kept_as_far_as_it_came()
    {
        Conversation talk = Model.StartConversation(options: Options with { MaxTokens = 900, IgnoreEnd = true });
        using CancellationTokenSource cancel = new();
        string read = "";

        await using ConversationTurn turn = talk.SayAsync("A fox?", cancellationToken: cancel.Token);
        await foreach (GeneratedToken token in turn)
        {
            read += token.Text;
            if (token.Index == 5) await cancel.CancelAsync();
        }

        Assert.Equal(FinishReason.Cancelled, (await turn.Result).Finish);
        Assert.Equal([("user", "A fox?"), ("assistant", read)], Said(talk));
    }

    [Fact]
    public async Task Leaving_the_loop_keeps_what_was_read()
    {
        Conversation talk = Model.StartConversation(options: Options with { MaxTokens = 900, IgnoreEnd = true });
        string read = "";

        ConversationTurn turn = talk.SayAsync("A fox?");
        await foreach (GeneratedToken token in turn)
        {
            read += token.Text;
            if (token.Index == 5) break;
        }

        Assert.Equal([("user", "A fox?"), ("assistant", read)], Said(talk));
        GenerationResult result = await turn.Result;
        Assert.Equal((FinishReason.Cancelled, read), (result.Finish, result.Text));
        Assert.Equal(0, Model.Pages.Held);
    }

    [Fact]
    public async Task Cancelled_before_its_first_word_a_turn_leaves_no_trace()
    {
        Conversation talk = Model.StartConversation("Tell tales.", Options);

        await talk.AskAsync("A fox?", cancellationToken: new CancellationToken(canceled: true));
        await talk.SayAsync("A fox?").DisposeAsync();
        await talk.SayAsync("A fox?").GetAsyncEnumerator().DisposeAsync();

        Assert.Equal([("system", "Tell tales.")], Said(talk));
    }

    [Fact]
    public async Task A_failed_turn_leaves_no_trace()
    {
        Conversation talk = Model.StartConversation(options: Options);

        await Assert.ThrowsAsync<FormatException>(() => talk.AskAsync("A fox?", Options with { PromptProgress = new Throwing() }));
        Assert.Throws<GenerationException>(() => talk.SayAsync("A fox?", Options with { MaxTokens = -1 }));

        Assert.Empty(talk.Messages);
        Assert.NotEqual("", (await talk.AskAsync("A fox?")).Text);
    }

    [Fact]
    public void What_the_template_refuses_leaves_no_trace()
    {
        Conversation talk = Model.StartConversation(options: Options);
        talk.Restore([new ChatMessage("tool", "42")]);

        Assert.Contains("no tools", Assert.Throws<TemplateException>(() => talk.SayAsync("And?")).Message, StringComparison.Ordinal);
        Assert.Equal([("tool", "42")], Said(talk));
    }

    [Fact]
    public async Task One_turn_at_a_time()
    {
        Conversation talk = Model.StartConversation(options: Options with { MaxTokens = 900, IgnoreEnd = true });
        await using (ConversationTurn turn = talk.SayAsync("A fox?"))
        {
            foreach (Action change in (Action[])[() => talk.SayAsync("And?"), () => talk.Undo(), () => talk.System = "x", talk.Clear, () => talk.Restore([])])
                Assert.Throws<InvalidOperationException>(change);
            await using IAsyncEnumerator<GeneratedToken> reader = turn.GetAsyncEnumerator();
            Assert.Throws<InvalidOperationException>(() => turn.GetAsyncEnumerator());
        }
        Assert.NotEqual("", (await talk.AskAsync("A fox?", Options)).Text);
    }

    [Fact]
    public async Task Undo_takes_a_turn_back_and_again_answers_it_once_more()
    {
        Conversation talk = Model.StartConversation("Tell tales.", Options);
        await talk.AskAsync("A fox?");
        (string, string)[] one = Said(talk);
        string answer = (await talk.AskAsync("And a wolf?")).Text;

        GenerationResult same = await talk.AgainAsync().Result, other = await talk.AgainAsync(Options with { Sampling = new SamplerOptions { Seed = 6 } })
            .Result;
        Assert.Equal(answer, same.Text);
        Assert.NotEqual(answer, other.Text);
        Assert.Equal([.. one, ("user", "And a wolf?"), ("assistant", other.Text)], Said(talk));

        Assert.Equal("And a wolf?", talk.Undo());
        Assert.Equal(one, Said(talk));
        Assert.Equal("A fox?", talk.Undo());
        Assert.Null(talk.Undo());
        Assert.Equal([("system", "Tell tales.")], Said(talk));
        Assert.Throws<InvalidOperationException>(() => talk.AgainAsync());
    }

    [Fact]
    public async Task A_restored_conversation_goes_on_as_the_first_would_have()
    {
        Conversation talk = Model.StartConversation("Tell tales.", Options);
        await talk.AskAsync("A fox?");
        Conversation restored = Model.StartConversation(options: Options);
        restored.Restore(talk.Messages);

        Assert.Equal((await talk.AskAsync("And?")).Finish, (await restored.AskAsync("And?")).Finish);
        Assert.Equal(Said(talk).Take(4), Said(restored).Take(4));
        Assert.Throws<ArgumentException>(() => restored.Restore([null!]));
    }

    [Fact]
    public void The_systems_text_can_be_read_set_and_taken_away()
    {
        Conversation talk = Model.StartConversation("Tell tales.", Options);
        talk.Restore([.. talk.Messages, new ChatMessage("user", "A fox?")]);

        talk.System = "Tell lies.";
        Assert.Equal([("system", "Tell lies."), ("user", "A fox?")], Said(talk));
        talk.System = null;
        Assert.Null(talk.System);
        Assert.Equal([("user", "A fox?")], Said(talk));
        talk.System = "Tell tales.";
        talk.Clear();
        Assert.Equal([("system", "Tell tales.")], Said(talk));
    }

    private static (string, string)[] Said(Conversation talk) => [.. talk.Messages.Select(message => (message.Role, message.Content!))];

    private sealed class Throwing : IProgress<(int Read, int Total)>
    {
        public void Report((int Read, int Total) value) => throw new FormatException();
    }
}
