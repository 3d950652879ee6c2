using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>Takes all texts under way one step further: the loop that all text generation is.</summary>
/// <param name="logits">[row, vocabulary]: room for the rows that are computed at once.</param>
internal sealed unsafe class Stepper(Decoder model, TokenBuffer logits)
{
    private readonly StepBatch _alone = new();

    /// <summary>Who is under way, and who waits.</summary>
    public Scheduler Scheduler { get; } = new();

    /// <summary>One step for every sequence; false where no token went through, because all that are here rest or are over.</summary>
    public bool Step()
    {
        StepBatch batch = Scheduler.Next();     // which tokens go in: one of each text being written, and pieces of prompts
        if (Forward(batch) is null) Deliver(batch);
        else StepOneByOne(batch);
        bool hasWorked = batch.Batch.Tokens > 0;
        Scheduler.Commit();                     // pages of the ended go back, then their callers hear of it
        return hasWorked;
    }

    /// <summary>Embedding, blocks: afterwards the tokens' keys and values are in their sequences' pages. Gives what went wrong, or null.</summary>
    private Exception? Forward(StepBatch batch)
    {
        try
        {
            if (batch.Batch.Tokens > 0) model.Forward(batch.Batch);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    /// <summary>Output: a score for every token of the vocabulary behind each row that is asked for; each goes to its sequence, which chooses.</summary>
    private void Deliver(StepBatch batch)
    {
        foreach (Sequence sequence in batch.Sequences) sequence.Attempt(static one => one.ChunkRead());
        for (int from = 0; from < batch.Rows.Length; from += logits.Tokens)
        {
            int count = Math.Min(logits.Tokens, batch.Rows.Length - from);
            model.Logits(batch.Rows.Slice(from, count), logits.Values);
            for (int row = 0; row < count; row++)
                Give(batch.Owners[from + row], batch.Position(from + row), new ReadOnlySpan<float>(logits.Row(row), logits.Columns));
        }
    }

    /// <summary>Where a batch fails, one of its sequences is the reason: each goes alone, and who fails alone is ended. The others do not notice.</summary>
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
        _alone.Clear();     // keeps nobody alive
    }

    /// <param name="position">Of the token whose row it is: one that is not in the cache any more was a wrong guess.</param>
    private static void Give(Sequence sequence, int position, ReadOnlySpan<float> row)
    {
        if (sequence.HasFailed || position >= sequence.Cache.Length) return;
        try
        {
            sequence.Take(row);
        }
        catch (Exception failure)
        {
            sequence.Fail(failure);
        }
    }
}
