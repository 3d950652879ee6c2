using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>A prompt on its way through the engine: it is scored where its log-probabilities are asked for, and then its texts are written, its samples or
/// those of one search with beams.</summary>
/// <param name="prompt">The prompt.</param>
/// <param name="draft">What is asked for.</param>
/// <param name="options">How texts are written.</param>
/// <param name="admission">Of the whole request.</param>
/// <param name="deadline">Of the whole request.</param>
/// <param name="leave">Ends its texts at their next token.</param>
/// <param name="hurry">Ends its scoring: as the other, and when the time is over.</param>
internal sealed class PromptTexts(
    PromptText prompt, RequestDraft draft, GenerationOptions options, Admission admission, Deadline deadline, CancellationToken leave, CancellationToken hurry)
{
    private IAsyncEnumerator<TokenScore>? _scores;
    private ValueTask<bool> _firstScore;
    private int _scored;        // tokens

    /// <summary>The prompt; once its texts have begun with its scores, where they are asked for.</summary>
    public PromptText Prompt { get; private set; } = prompt;

    /// <summary>Its texts, once they have begun.</summary>
    public IReadOnlyList<TextGeneration> Texts { get; private set; } = [];

    /// <summary>Whether it is scored before its texts begin.</summary>
    public bool IsScored => draft.PromptLogprobs is not null || draft is { Echo: true, Logprobs: true };

    private int Samples => options.Beams is null ? draft.BestOf ?? draft.Samples : 1;

    /// <summary>Refuses what the engine would refuse of it later.</summary>
    /// <exception cref="OptionException">What is asked for is wrong.</exception>
    public void Check() => draft.Served.Model.RequireGenerates(Prompt.Ids, Samples, options);

    /// <summary>Begins with it: the engine has it in its queue when this returns.</summary>
    /// <exception cref="BusyException">It is refused.</exception>
    public async Task EnterAsync()
    {
        if (IsScored) _scores = await admission.EnterAsync(Score).ConfigureAwait(false);
        else Texts = await admission.EnterAsync(Write).ConfigureAwait(false);
    }

    /// <summary>Its texts have begun when this returns.</summary>
    public async Task BeginAsync()
    {
        if (!IsScored) return;
        List<TokenScore> scores = [];
        while (_scores is IAsyncEnumerator<TokenScore> given)
        {
            _scores = null;
            try
            {
                await ReadAsync(given, scores).ConfigureAwait(false);
            }
            catch (BusyException lost) when (Admission.IsFull(lost))
            {
                await admission.LostAsync(lost).ConfigureAwait(false);
                _scores = await admission.EnterAsync(Score).ConfigureAwait(false);
            }
        }
        _scored = Prompt.Ids.Length;
        Prompt = Prompt with { Scores = scores };
        admission.Ended();
        Texts = await admission.EnterAsync(Write).ConfigureAwait(false);
    }

    /// <summary>Has its texts read from their beginning: once more where they lost their place in the waiting room, and so before anything was written. When
    /// they are over there is a place for others.</summary>
    /// <param name="read">Reads them.</param>
    public async Task ReadAsync(Func<Task> read)
    {
        for (bool isOver = false; !isOver;)
        {
            try
            {
                await read().ConfigureAwait(false);
                isOver = true;
            }
            catch (BusyException lost) when (Admission.IsFull(lost))
            {
                await admission.LostAsync(lost).ConfigureAwait(false);
                foreach (TextGeneration text in Texts) await text.DisposeAsync().ConfigureAwait(false);
                Texts = await admission.EnterAsync(Write).ConfigureAwait(false);
            }
        }
        admission.Ended();
    }

    /// <summary>Ends what is under way, and returns when nothing is left of it.</summary>
    public async Task EndAsync()
    {
        if (_scores is not null)
        {
            await _firstScore.AsTask().ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);      // nobody has read any
            await _scores.DisposeAsync().ConfigureAwait(false);
            _scores = null;
        }
        foreach (TextGeneration text in Texts) await text.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Tokens of the prompt that were read, from the cache or by the model, and tokens that were written: of texts that ended early too. Known when
    /// all have ended.</summary>
    /// <param name="layers">Of the model.</param>
    public (int Read, int Written) Computed(int layers)
    {
        int read = _scored, written = 0;
        foreach (TextGeneration text in Texts)
        {
            if (text.Result is not { IsCompletedSuccessfully: true, Result: GenerationResult result }) continue;     // refused, so nothing was done
            read = Math.Max(read, ReadBy(result, Prompt, layers));
            written += Usage.Written(result);
        }
        return (read, written);
    }

    /// <summary>Tokens of a prompt that were read for a text of it.</summary>
    public static int ReadBy(GenerationResult result, PromptText prompt, int layers) => result switch
    {
        { QueueTime: null } => 0,
        { PrefillTime: not null } => prompt.Ids.Length,
        _ => (int)Math.Min(prompt.Ids.Length, result.CachedTokens + result.LayerTokenPasses / layers),     // it ended while it was read
    };

    private async Task ReadAsync(IAsyncEnumerator<TokenScore> given, List<TokenScore> scores)
    {
        await using (given.ConfigureAwait(false))
        {
            for (bool isThere = await _firstScore.ConfigureAwait(false); isThere; isThere = await given.MoveNextAsync().ConfigureAwait(false))
            {
                scores.Add(given.Current);
                _scored = scores.Count + 1;     // the first token has no score
            }
        }
    }

    private IReadOnlyList<TextGeneration> Write() => draft.Served.Model.GenerateSamples(
        Prompt.Ids, Samples, options with { TimeLimit = deadline.Left }, leave);

    private IAsyncEnumerator<TokenScore> Score()
    {
        ScoreOptions how = new()
        {
            Logprobs = Math.Max(draft.PromptLogprobs ?? 0, draft.Echo ? draft.TopLogprobs : 0),
            ShareCache = options.ShareCache,
            CacheSalt = options.CacheSalt,
            Tenant = options.Tenant,
            Priority = options.Priority,
            StartWithin = options.StartWithin,
        };
        IAsyncEnumerator<TokenScore> scores = draft.Served.Model.ScoreAsync(Prompt.Ids, how, hurry).GetAsyncEnumerator(CancellationToken.None);
        _firstScore = scores.MoveNextAsync();       // up to the first wait: whether it is refused is known here
        if (_firstScore.IsFaulted) _firstScore.GetAwaiter().GetResult();
        return scores;
    }
}
