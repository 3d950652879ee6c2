using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>Takes all running texts one step further: the loop that all text generation is.</summary>
/// <param name="logits">[row, vocabulary]: room for the rows that are computed at once.</param>
/// <param name="choosing">What turns them into tokens.</param>
/// <param name="scheduler">What runs and what waits; null for one of its own.</param>
/// <param name="speed">Measures the steps; null for nobody.</param>
/// <param name="time">The clock for steps that are traced; null for the system's.</param>
/// <param name="reporter">Tells those who watch what each step did; null for nobody.</param>
internal sealed unsafe class Stepper(
    Decoder model, TokenBuffer logits, Choosing choosing, Scheduler? scheduler = null, EngineSpeed? speed = null, TimeProvider? time = null,
    BatchReporter? reporter = null)
{
    private readonly PassClock _clock = new(time ?? TimeProvider.System);
    private readonly StepBatch _alone = new();

    /// <summary>What runs, and what waits.</summary>
    public Scheduler Scheduler { get; } = scheduler ?? new();

    /// <summary>One step for every sequence; false where no token went through, because all of them rest or are finished.</summary>
    public bool Step()
    {
        BatchReporter? watched = reporter is { IsWatched: true } ? reporter : null;
        watched?.Begin();
        speed?.Begin();
        StepBatch batch = Scheduler.Next();     // which tokens go in: one of each text being written, and chunks of prompts
        watched?.Planned(Scheduler, batch);
        if (Forward(batch) is null) Deliver(batch);
        else StepOneByOne(batch);
        (int tokens, int read) = (batch.Batch.Tokens, batch.Read);
        watched?.Delivered();
        Scheduler.Commit();                     // pages of the finished go back, then their callers are told
        watched?.End(Scheduler, tokens, read);
        if (tokens > 0) speed?.End(tokens - read, read);
        return tokens > 0;
    }

    /// <summary>Embedding and blocks: afterwards the tokens' keys and values are in their sequences' pages. Returns what went wrong, or null.</summary>
    private Exception? Forward(StepBatch batch)
    {
        try
        {
            if (batch.IsTraced) _clock.Begin();
            if (batch.Batch.Tokens > 0) model.Forward(batch.Batch);
            if (batch.IsTraced) _clock.EndForward();
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    /// <summary>Output: a score for every token of the vocabulary after each row that is asked for; each goes to its sequence, which chooses.</summary>
    private void Deliver(StepBatch batch)
    {
        foreach (Sequence sequence in batch.Sequences) sequence.Attempt(static one => one.ChunkRead());
        if (!batch.PooledRows.IsEmpty) Pool(batch);
        for (int from = 0; from < batch.Rows.Length; from += logits.Tokens)
        {
            int count = Math.Min(logits.Tokens, batch.Rows.Length - from);
            if (Logits(batch, from, count) is null)
            {
                Give(batch, from, count);
                continue;
            }
            for (int row = from; row < from + count; row++)     // one of the rows is the reason: each goes alone
            {
                if (Logits(batch, row, 1) is Exception failure) batch.Owners[row].Fail(failure);
                else Give(batch, row, 1);
            }
        }
        if (batch.IsTraced) Tell(batch);
    }

    private void Give(StepBatch batch, int from, int count)
    {
        if (batch.IsTraced) _clock.EndForward();
        choosing.Give(batch, from, count, logits);
        if (batch.IsTraced) _clock.EndChoosing();
    }

    /// <summary>What the pass took is known only now.</summary>
    private void Tell(StepBatch batch)
    {
        TracedPass pass = new(_clock.Forward, _clock.Choosing, batch.Sequences.Length, batch.Batch.Tokens, model.WeightBytesPerToken);
        foreach (Sequence sequence in batch.Sequences) sequence.Tell(pass);
    }

    /// <summary>Hidden states go to the sequences that average them, position by position.</summary>
    private void Pool(StepBatch batch)
    {
        TokenBuffer hidden = model.Hidden(batch.PooledRows);
        for (int row = 0; row < batch.PooledRows.Length; row++)
        {
            Sequence sequence = batch.PooledOwners[row];
            if (!sequence.HasFailed) sequence.Pool(new ReadOnlySpan<float>(hidden.Row(row), hidden.Columns));
        }
    }

    private Exception? Logits(StepBatch batch, int from, int count)
    {
        try
        {
            model.Logits(batch.Rows.Slice(from, count), logits.Values);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    /// <summary>
    /// Where a batch fails, one of its sequences is the reason: each goes alone, and one that fails alone is ended. The others do not notice.
    /// </summary>
    private void StepOneByOne(StepBatch batch)
    {
        for (int i = 0; i < batch.Sequences.Length; i++)
        {
            Sequence sequence = batch.Sequences[i];
            _alone.Clear();
            if (sequence.Phase == SequencePhase.Decoding) sequence.RefuseDrafts();    // the reason may be a guess
            _alone.Add(sequence, Math.Min(sequence.Pending, batch.Batch.Segments[i].Tokens.Length));
            if (Forward(_alone) is Exception failure) sequence.Fail(failure);
            else Deliver(_alone);
        }
        _alone.Clear();     // keeps no text alive
    }
}
