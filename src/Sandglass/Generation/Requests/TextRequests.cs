using System.Globalization;
using System.Runtime.CompilerServices;
using Sandglass.Kernels;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Generation;

/// <summary>Checks what callers ask for, on their own threads, and puts it in the engine's queue.</summary>
/// <param name="engine">Runs the model.</param>
/// <param name="tokenizer">The model's.</param>
/// <param name="model">The caller's object, which each text keeps alive until it ends.</param>
internal sealed class TextRequests(Engine engine, Tokenizer tokenizer, object model)
{
    /// <summary>Samples of one prompt, or one beam search.</summary>
    /// <exception cref="OptionException">An option or the prompt is wrong.</exception>
    /// <exception cref="ObjectDisposedException">The engine is closed.</exception>
    public IReadOnlyList<TextGeneration> Generate(IReadOnlyList<int> promptIds, int samples, GenerationOptions options, CancellationToken cancellation)
    {
        (int[] prompt, options) = Checked(promptIds, samples, options);
        int positions = Positions(prompt.Length, options);
        GenerationOutput[] outputs = Outputs(samples, options, cancellation, out ProgressRelay<(int Read, int Total)>? progress);
        Start(prompt, options, positions, outputs, progress);
        return Array.ConvertAll(outputs, output => new TextGeneration(output));
    }

    /// <summary>A text, or a beam search, that is watched.</summary>
    /// <param name="traced">The model, as the trace tells of it.</param>
    /// <inheritdoc cref="Generate"/>
    public TextTrace Trace(
        IReadOnlyList<int> promptIds, GenerationOptions options, TraceOptions watched, TraceModel traced, CancellationToken cancellation)
    {
        watched = watched.Checked(engine.Shape);
        (int[] prompt, options) = Checked(promptIds, 1, options);
        GenerationOptions.Require(!options.DraftRejection, nameof(options.DraftRejection), "no trace of it: it tells of a single draw", "both");
        int positions = Positions(prompt.Length, options);
        TraceMemory memory = new(watched, engine.Shape, engine.Options.Window > 0 ? (long)engine.Options.Window + engine.Options.SinkTokens : positions);
        long longest = memory.AskedBytes(Math.Min(positions, prompt.Length + (long)(options.MaxTokens ?? int.MaxValue)));
        GenerationOptions.Require(
            longest <= (watched.MostStepBytes ?? long.MaxValue), nameof(TraceOptions),
            $"what takes at most {watched.MostStepBytes} bytes a step (fewer heads or candidates, or a shorter text)", longest);
        GenerationOutput output = TraceOutput(options, memory, cancellation, out ProgressRelay<(int Read, int Total)>? progress);
        GenerationRequest request = Start(prompt, options, positions, [output], progress, watched, memory);
        TraceStart start = new()
        {
            Model = traced,
            PromptIds = request.Prompt,
            Seed = request.Seed,
            Options = request.Options,
            Watched = watched,
            Samplers = request.Samplers,
            CacheType = engine.Pages.Shape.Types,
            Window = engine.Pages.Shape.Window,
            SinkTokens = engine.Pages.Shape.SinkTokens,
            Compute = engine.Options.Compute,
            Kernels = KernelPath.Name,
        };
        return new TextTrace(start, output);
    }

    private GenerationRequest Start(
        int[] prompt, GenerationOptions options, int positions, GenerationOutput[] outputs, ProgressRelay<(int Read, int Total)>? progress,
        TraceOptions? watched = null, TraceMemory? memory = null)
    {
        long? mostWritten = options.MaxTokens is int most
            ? (long)Math.Min(most, Math.Max(0, positions - prompt.Length)) * outputs.Length * (options.Beams?.Beams ?? 1) : null;
        Ticket ticket = TicketOf(prompt.Length, mostWritten, options.Priority, options.Tenant, options.StartWithin, options.TimeLimit);
        try
        {
            engine.Room.Enter(ticket);      // before samplers and the rest are made: refusing must be cheap
            GenerationRequest request = RequestOf(prompt, options, positions, ticket) with
            {
                Progress = progress,
                Watched = watched,
                TraceMemory = memory,
            };
            Submit(options.Beams is null ? FirstSample(request, outputs) : new BeamSearch(request, outputs[0]).Root);
            return request;
        }
        catch (Exception refusal)
        {
            engine.Room.Leave(ticket);
            foreach (GenerationOutput output in outputs) output.Fail(refusal);      // lets go of the caller's token, which may live long
            throw;
        }
    }

    /// <summary>Refuses whatever <see cref="Generate"/> refuses for what is asked, not for what is going on: for a caller that has other work done before.</summary>
    /// <exception cref="OptionException">An option or the prompt is wrong.</exception>
    public void Require(IReadOnlyList<int> promptIds, int samples, GenerationOptions options)
    {
        (int[] prompt, options) = Checked(promptIds, samples, options);
        GenerationRequest request = RequestOf(prompt, options, Positions(prompt.Length, options), new Ticket());
        _ = options.Beams is null ? new GeneratedSequence(request, 0, new GenerationOutput()) : (Sequence)new BeamSearch(request, new GenerationOutput()).Root;
    }

    /// <summary>The scores of a text.</summary>
    /// <inheritdoc cref="Generate"/>
    public IAsyncEnumerable<TokenScore> Score(IReadOnlyList<int> ids, ScoreOptions options, CancellationToken cancellation)
    {
        int[] text = Checked(ids);
        options.Validate();
        engine.Budget.Require(new CacheNeed(engine.Pages.Shape, text.Length), text.Length - 1);
        return Scores(text, options, cancellation);
    }

    /// <summary>The embedding of a text.</summary>
    /// <inheritdoc cref="Generate"/>
    public Task<Embedding> Embed(IReadOnlyList<int> ids, EmbeddingOptions options, CancellationToken cancellation)
    {
        int[] text = Checked(ids);
        options.Validate();
        engine.Budget.Require(new CacheNeed(engine.Pages.Shape, text.Length), text.Length);
        Ticket ticket = TicketOf(text.Length, 0, options.Priority, options.Tenant, options.StartWithin);
        engine.Room.Enter(ticket);
        EmbeddedSequence sequence = new(text, options, engine.Pages, engine.Shape.Width, ticket, engine.Wake, model, cancellation);
        Submit(sequence);
        return sequence.Embedding;
    }

    /// <summary>Begins a text whose tokens the caller feeds.</summary>
    /// <param name="ids">Its first ones, checked.</param>
    /// <exception cref="BusyException">Too many requests wait.</exception>
    /// <exception cref="ObjectDisposedException">The engine is closed.</exception>
    public FedSequence Feed(int[] ids, SequenceOptions options)
    {
        OutputQueue<float[]> logits = new(engine.Wake, model, engine.Arrivals);
        logits.BeginReading();
        Ticket ticket = TicketOf(ids.Length, null, options.Priority, options.Tenant, options.StartWithin);
        engine.Room.Enter(ticket);
        FedSequence sequence = new(ids, options, engine.Pages, engine.Shape.VocabularySize, logits, ticket);
        Submit(sequence);
        return sequence;
    }

    /// <summary>Hands it the next ones.</summary>
    public void Feed(FedSequence sequence, int[] ids)
    {
        sequence.Feed(ids);
        engine.Wake();
    }

    /// <summary>Whether a text that is fed may grow so far.</summary>
    /// <exception cref="GenerationException">It would be longer than the context, or than what the cache's memory holds.</exception>
    public void RequireRoom(int length, int more)
    {
        long positions = (long)length + more, most = engine.Options.Window > 0 ? int.MaxValue : engine.Context;
        if (positions > most)
            throw new GenerationException("sequence-full", "ids", $"at most {most - length} more tokens, since the context is {most}", $"{more} tokens");
        engine.Budget.Require(new CacheNeed(engine.Pages.Shape, (int)positions), (int)positions);
    }

    /// <summary>One output a sample, and what hands progress over for all of them: a handler that fails ends them.</summary>
    private GenerationOutput[] Outputs(
        int samples, GenerationOptions options, CancellationToken cancellation, out ProgressRelay<(int Read, int Total)>? progress)
    {
        bool isEndless = GenerationRequest.IsEndless(options, engine.Options) && !cancellation.CanBeCanceled;
        OutputQueue<GeneratedToken>[] tokens = new OutputQueue<GeneratedToken>[samples];
        for (int i = 0; i < samples; i++)
            tokens[i] = new OutputQueue<GeneratedToken>(engine.Wake, model, engine.Arrivals) { IsEndless = isEndless, Most = engine.Options.MostUnread };
        ProgressRelay<(int Read, int Total)>? relay = progress =
            options.PromptProgress is null ? null : new(options.PromptProgress, _ => Array.ForEach(tokens, queue => queue.Cancel()));
        return Array.ConvertAll(tokens, queue => new GenerationOutput(cancellation, queue, relay));
    }

    /// <summary>The steps of a trace wait for their reader, so many as take <see cref="TraceMemory.MostWaiting"/>.</summary>
    private GenerationOutput TraceOutput(
        GenerationOptions options, TraceMemory memory, CancellationToken cancellation, out ProgressRelay<(int Read, int Total)>? progress)
    {
        OutputQueue<TraceStep> steps = new(engine.Wake, model, engine.Arrivals)
        {
            IsEndless = GenerationRequest.IsEndless(options, engine.Options) && !cancellation.CanBeCanceled,
            Most = engine.Options.MostUnread,
            MostBytes = memory.MostWaiting,
            BytesOf = static step => step.Bytes,
        };
        progress = options.PromptProgress is null ? null : new(options.PromptProgress, _ => steps.Cancel());
        return new GenerationOutput(cancellation, progress: progress, steps: steps);
    }

    private GeneratedSequence FirstSample(GenerationRequest request, GenerationOutput[] outputs)
    {
        GeneratedSequence Sample(int number, GeneratedSequence? first, Siblings? siblings) =>
            new(request, number, outputs[number], first, Drafters.For(request.Options, request.Prompt.Length, engine.Draft)) { Siblings = siblings };

        return Sample(0, null, outputs.Length == 1 ? null : new Siblings(outputs[1..], (first, i) => Sample(i + 1, first, null)));
    }

    private (int[] Prompt, GenerationOptions Options) Checked(IReadOnlyList<int> promptIds, int samples, GenerationOptions options)
    {
        int[] prompt = Checked(promptIds);
        options.Validate();
        options = options.WithOwnLists();
        RequireIds(options.EndIds, nameof(options.EndIds));
        RequirePrediction(options);
        GenerationOptions.Require(samples is >= 1 and <= StepBudget.Sequences, nameof(samples), $"a whole number from 1 to {StepBudget.Sequences}", samples);
        GenerationOptions.Require(
            samples == 1 || options.Beams is null, nameof(samples), "1 beside {0}, which are several texts already", samples, nameof(options.Beams));
        return (prompt, options);
    }

    private GenerationRequest RequestOf(int[] prompt, GenerationOptions options, int positions, Ticket ticket) => new()
    {
        Prompt = prompt,
        Options = options,
        Ticket = ticket,
        Model = engine.Options,
        Tokenizer = tokenizer,
        Pages = engine.Pages,
        Buffers = engine.Buffers,
        Positions = positions,
        Seed = options.Sampling.Seed ?? (options.Beams is null ? FreshSeed.Draw() : 0),     // beams draw nothing
        EndIds = options.EndIds is null ? tokenizer.EndIds : options.EndIds.ToHashSet(),
    };

    private Ticket TicketOf(int promptTokens, long? mostWritten, int priority, string tenant, TimeSpan? startWithin, TimeSpan? timeLimit = null)
    {
        TimeProvider time = engine.Options.Time;
        long now = startWithin is null && timeLimit is null ? 0 : time.GetTimestamp();
        return new Ticket
        {
            Priority = priority,
            Tenant = tenant,
            PromptTokens = promptTokens,
            MostWritten = mostWritten,
            StartWithin = startWithin,
            StartBy = Ticket.Later(time, now, startWithin),
            EndBy = Ticket.Later(time, now, timeLimit),
        };
    }

    /// <summary>Positions that a text may take: the context, or without a limit of tokens what the cache's memory holds of it.</summary>
    private int Positions(int prompt, GenerationOptions options)
    {
        CacheNeed need = new(engine.Pages.Shape, prompt, options.Beams?.Beams ?? 1, Shares: !options.NoCache);
        bool hasWindow = engine.Options.Window > 0;
        long tokens = options.MaxTokens ?? (need.Beams > 1 ? 2 : 1);    // with the second one beams part
        long entered = Math.Min(hasWindow ? int.MaxValue : engine.Context, prompt + tokens) - 1;    // the last token never goes through the model
        engine.Budget.Require(need, (int)Math.Max(prompt, entered));
        if (hasWindow) return int.MaxValue;
        return options.MaxTokens is not null ? engine.Context : need.Positions(engine.Pages.Floor, engine.Context - 1) + 1;
    }

    private void Submit(Sequence sequence)
    {
        if (engine.TrySubmit(sequence)) return;
        engine.Room.Leave(sequence.Group.Share.Ticket);
        sequence.Close();
        sequence.End(); // lets go of the caller's token
        throw new ObjectDisposedException("LanguageModel");
    }

    private async IAsyncEnumerable<TokenScore> Scores(int[] ids, ScoreOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        OutputQueue<TokenScore> scores = new(engine.Wake, model, engine.Arrivals) { Most = engine.Options.MostUnread };
        scores.BeginReading();
        using CancellationTokenRegistration registration =
            cancellation.UnsafeRegister(static scores => ((OutputQueue<TokenScore>)scores!).Cancel(), scores);
        using OutputGuard<TokenScore> guard = new(scores);
        Ticket ticket = TicketOf(ids.Length, 0, options.Priority, options.Tenant, options.StartWithin);
        engine.Room.Enter(ticket);
        Submit(new ScoredSequence(ids, options, engine.Pages, scores, cancellation, ticket));
        while (await scores.WaitAsync().ConfigureAwait(false))
        {
            while (scores.TryRead(out TokenScore? score)) yield return score;
        }
    }

    /// <summary>A copy of ids that may be a text or a part of one.</summary>
    /// <exception cref="GenerationException">There are none, or more than the context, or one is outside the vocabulary.</exception>
    public int[] Checked(IReadOnlyList<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Count == 0) throw new GenerationException("prompt-empty", "prompt", "at least one token", "none (this model adds no begin token by itself)");
        if (ids.Count > engine.Context)
            throw new GenerationException("prompt-too-long", "prompt", $"at most {engine.Context} tokens, the context", $"{ids.Count} tokens");
        int[] copy = [.. ids];
        foreach (int id in copy) RequireId(id, tokenizer);
        return copy;
    }

    /// <exception cref="GenerationException">The id is outside the vocabulary.</exception>
    public static void RequireId(int id, Tokenizer tokenizer)
    {
        if (!IsToken(id, tokenizer)) throw new GenerationException("id-out-of-range", "ids", IdRange(tokenizer), id.ToString(CultureInfo.InvariantCulture));
    }

    private void RequirePrediction(GenerationOptions options)
    {
        int most = Math.Max(engine.Context, engine.Shape.ContextLength);    // more than a text can be
        GenerationOptions.Require(!(options.Prediction?.Count > most), nameof(options.Prediction), $"at most {most} ids", options.Prediction?.Count);
        RequireIds(options.Prediction, nameof(options.Prediction));
    }

    private void RequireIds(IReadOnlyList<int>? ids, string option)
    {
        foreach (int id in ids ?? []) GenerationOptions.Require(IsToken(id, tokenizer), option, IdRange(tokenizer), id);
    }

    private static bool IsToken(int id, Tokenizer tokenizer) => id >= 0 && id < tokenizer.VocabularySize;

    private static string IdRange(Tokenizer tokenizer) => $"ids from 0 to {tokenizer.VocabularySize - 1}";
}
