using Sandglass.Chat;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Conversations;

/// <summary>A turn reads only what is new: it begins with all full pages of what was read and written before, however the last answer ended.</summary>
public sealed class ReadOnceTests(TemplateModel template) : IClassFixture<TemplateModel>
{
    private const int Page = 32;

    // wild, so that the ids that are chosen are not those into which their text would be cut; the end token as soon as it may come
    private static readonly GenerationOptions Ended = new()
    {
        Sampling = new SamplerOptions { Seed = 3, Temperature = 1.5, TopK = 0, TopP = 1, MinP = 0, LogitBias = new Dictionary<int, double> { [0] = 1000 } },
        MinTokens = 75,
    };

    private static readonly GenerationOptions Cut = Ended with
    {
        MinTokens = 0,
        MaxTokens = 75,
        IgnoreEnd = true,
        Sampling = Ended.Sampling with { LogitBias = null }
    };

    private LanguageModel Model => template.Model;

    [Theory, InlineData(FinishReason.Eos), InlineData(FinishReason.Length), InlineData(FinishReason.Cancelled)]
    public async Task The_second_turn_finds_all_pages_of_the_first(FinishReason finish)
    {
        for (int length = 1; length < 60; length += 8)
        {
            Conversation talk = Model.StartConversation(options: finish == FinishReason.Eos ? Ended : Cut);
            await using ConversationTurn turn = talk.SayAsync($"{length} " + string.Concat(Enumerable.Repeat("fox ", length)));
            List<int> ids = [];
            await foreach (GeneratedToken token in turn)
            {
                ids.Add(token.Id);
                if (finish == FinishReason.Cancelled && token.Index == 70) break;
            }
            GenerationResult first = await turn.Result;
            Assert.Equal(finish, first.Finish);

            GenerationResult second = await talk.AskAsync("And a wolf?", Cut with { MaxTokens = 3 });

            int[] known = [.. first.PromptIds, .. ids];
            Assert.Equal(known, second.PromptIds.Take(known.Length));
            Assert.True(second.CachedTokens >= (known.Length - 1) / Page * Page, $"{second.CachedTokens} of {known.Length}");
        }
    }

    [Fact]
    public async Task The_ids_of_an_answer_are_not_those_of_its_text()
    {
        Conversation talk = Model.StartConversation(options: Cut);
        await talk.AskAsync("A fox?");

        GenerationResult second = await talk.AskAsync("And?");
        Assert.NotEqual(Model.ChatTemplate.Render(new ChatRequest(talk.Messages.Take(3).ToArray())).Encode(Model.Tokenizer).Ids, second.PromptIds);
    }

    [Fact]
    public async Task A_prompt_of_kept_ids_is_the_conversation_as_the_template_writes_it()
    {
        foreach (GenerationOptions options in (GenerationOptions[])[Ended, Cut, Cut with { MaxTokens = 900, Stop = ["e"] }])
        {
            Conversation talk = Model.StartConversation("Tell tales.", options);
            for (int turn = 0; turn < 4; turn++) await talk.AskAsync("Grüße <|endoftext|> an den Fuchs 🦊!");
            GenerationResult last = await talk.AskAsync("And?");

            string prompt = Model.ChatTemplate.Render(new ChatRequest(talk.Messages.Take(talk.Messages.Count - 1).ToArray())).Text;
            Assert.Equal(prompt, string.Concat(Pieces(last.PromptIds.Skip(1))));        // the begin token is not in the text
            Assert.Equal(talk.Messages.Count - 1, last.PromptIds.Skip(1).Count(id => id == 0));     // one mark a message, none of the user's
        }
    }

    [Fact]
    public async Task Where_messages_are_plain_lines_an_answer_that_was_cut_off_is_kept_too()
    {
        using LanguageModel plain = LanguageModel.LoadEmbedded("grain-1m");
        for (ulong seed = 0; seed < 12; seed++)
        {
            // answers of these ids end in line breaks, which would be one token with those that the template writes
            GenerationOptions breaks = Cut with
            {
                MaxTokens = 40,
                Sampling = new SamplerOptions { Seed = seed, AllowedIds = plain.Tokenizer.Encode(" fox\n", addBos: false).Ids }
            };
            Conversation talk = plain.StartConversation(options: breaks);
            GenerationResult first = await talk.AskAsync("A fox?"), second = await talk.AskAsync("And?");

            Assert.True(second.CachedTokens >= (first.PromptIds.Count + 39) / Page * Page, $"{second.CachedTokens} after {first.PromptIds.Count}");
            Assert.Equal(plain.ChatTemplate.Render(new ChatRequest(talk.Messages.Take(3).ToArray())).Text,
                plain.Tokenizer.Decode([.. second.PromptIds.Skip(1)]));
        }
    }

    [Fact]
    public async Task A_searched_answer_is_the_best_of_its_beams()
    {
        Conversation talk = Model.StartConversation(options: Cut with { Sampling = new SamplerOptions(), Beams = new BeamOptions { Beams = 3 } });
        GenerationResult first = await talk.AskAsync("A fox?"), second = await talk.AskAsync("And?");

        Assert.Equal((FinishReason.Length, first.Beams![0].Text, first.Text), (first.Finish, talk.Messages[1].Content, first.Text));
        Assert.Equal([.. first.PromptIds, .. first.Beams[0].Ids], second.PromptIds.Take(first.PromptIds.Count + first.Beams[0].Ids.Count));
    }

    [Fact]
    public async Task Of_a_changed_answer_what_is_equal_is_kept()
    {
        Conversation talk = Model.StartConversation(options: Cut);
        GenerationResult first = await talk.AskAsync("A fox?");
        string half = first.Text[..(first.Text.Length / 2)];
        talk.Restore([talk.Messages[0], new ChatMessage("assistant", half + " But no!")]);

        GenerationResult second = await talk.AskAsync("And?");
        Assert.True(second.CachedTokens >= first.PromptIds.Count / Page * Page + Page, $"{second.CachedTokens} after {first.PromptIds.Count}");
    }

    [GoldenFact]
    public async Task A_real_models_answers_are_read_once()
    {
        using LanguageModel model = LanguageModel.Load(Shared.Path("models", "SmolLM2-135M-Instruct.Q4_1.gguf"), new ModelOptions { Context = 1024 });
        Conversation talk = model.StartConversation("You are a helpful assistant.", new GenerationOptions { Sampling = SamplerOptions.Greedy, MaxTokens = 60 });
        int known = 0;
        foreach (string said in (string[])["Hello!", "What is an hourglass?", "Thank you."])
        {
            GenerationResult result = await talk.AskAsync(said);
            Assert.True(result.CachedTokens >= (known - 1) / Page * Page, $"{result.CachedTokens} of {known}");
            known = result.PromptIds.Count + result.CompletionTokens;
        }
    }

    private IEnumerable<string> Pieces(IEnumerable<int> ids)
    {
        List<int> run = [];
        foreach (int id in ids)
        {
            if (id != 0) run.Add(id);
            else
            {
                yield return Model.Tokenizer.Decode([.. run]) + "<|endoftext|>";
                run.Clear();
            }
        }
        yield return Model.Tokenizer.Decode([.. run]);
    }
}
