namespace Sandglass.Generation;

/// <summary>Says which tokens go through the model next, and lets sequences in and out. It knows nothing of what is computed.</summary>
/// <remarks>Where pages run out, the newest sequence is set back to waiting: it gives its pages back and is read again later, and its text does not change.</remarks>
internal sealed class Scheduler
{
    private readonly List<Sequence> _waiting = [];   // in the order they came; first those that were set back
    private readonly List<Sequence> _running = [];   // in the order they came
    private readonly List<Sequence> _preempted = [];   // in this step, the newest first
    private readonly StepBatch _next = new();

    /// <summary>Whether nobody is here.</summary>
    public bool IsIdle => _waiting.Count == 0 && _running.Count == 0;

    /// <summary>How often a sequence was set back, all in all.</summary>
    public int Preemptions { get; private set; }

    /// <summary>Puts a sequence at the end of the queue.</summary>
    public void Add(Sequence sequence) => _waiting.Add(sequence);

    /// <summary>The tokens of the next step: first one of each text that is being written, with what is guessed behind it, then pieces of prompts. May be empty: somebody cancelled.</summary>
    public StepBatch Next()
    {
        foreach (Sequence sequence in _waiting) sequence.Attempt(static one => one.Poll());
        foreach (Sequence sequence in _running) sequence.Attempt(static one => one.Poll());
        Commit();
        foreach (Sequence sequence in _running) sequence.Settle();
        Admit();
        Commit();   // who failed at its beginning is out

        _next.Clear();
        int prompts = 0, drafts = StepBudget.Drafts;
        foreach (Sequence sequence in _running)
        {
            switch (sequence.Phase)
            {
                case SequencePhase.Decoding when HasPages(sequence, 1):
                    drafts -= AddWriter(sequence, drafts);
                    break;
                case SequencePhase.Prefilling:
                    prompts++;
                    break;
            }
        }
        AddPromptChunks(prompts, _next.Sequences.IsEmpty ? StepBudget.PromptTokens : StepBudget.PromptTokensBesideWriters);
        foreach (Sequence sequence in _preempted) WaitAgain(sequence);
        _preempted.Clear();
        Commit();   // who can never have the pages is out
        return _next;
    }

    /// <summary>Lets in those that were born in the step, and out those that are over: their pages go back, and their callers hear of it.</summary>
    public void Commit()
    {
        for (int i = 0; i < _running.Count; i++) _running[i].DeliverTo(_running);   // by number: it grows meanwhile
        _waiting.RemoveAll(EndIfOver);
        _running.RemoveAll(EndIfOver);
        if (IsIdle) _next.Clear();  // the last texts are not kept alive by a model that waits
    }

    /// <summary>Lets all out, whoever is here: the engine closes.</summary>
    public void Close()
    {
        foreach (Sequence sequence in _waiting) sequence.Close();
        foreach (Sequence sequence in _running) sequence.Close();
        Commit();
    }

    /// <summary>Lets all out with a failure that is nobody's own.</summary>
    public void Fail(Exception failure)
    {
        _preempted.Clear();   // they are among those under way until the step is formed
        foreach (Sequence sequence in _waiting) sequence.Fail(failure);
        foreach (Sequence sequence in _running) sequence.Fail(failure);
        Commit();
    }

    /// <summary>Lets in who waits, in order, as long as there are pages for all that those inside and the next one have to read.</summary>
    private void Admit()
    {
        long promised = 0;
        int free = StepBudget.Sequences, count = 0;
        bool isStuck = FirstAtWork is null; // nobody is here, or all wait for one that was set back
        foreach (Sequence sequence in _running)
        {
            free -= sequence.Slots;
            promised += Lacking(sequence);
        }
        for (; count < _waiting.Count && (_waiting[count].Slots <= free || isStuck); count++, isStuck = false)
        {
            promised += Lacking(_waiting[count]);
            if (promised > _waiting[count].Cache.Pool.Room && !isStuck) break;
            free -= _waiting[count].Slots;
            _waiting[count].IsAdmitted = true;
            _waiting[count].Attempt(static one => one.Begin());
            _running.Add(_waiting[count]);
        }
        _waiting.RemoveRange(0, count);
    }

    /// <summary>Page sets that a sequence will need until it has read all that it has.</summary>
    private static long Lacking(Sequence sequence) =>
        Math.Min(sequence.Cache.Lacking(sequence.Length, StepBudget.PromptTokens), sequence.Cache.Shape.SetsFor(sequence.Length, StepBudget.PromptTokens));

    private void AddPromptChunks(int prompts, int budget)
    {
        foreach (Sequence sequence in _running)
        {
            if (sequence.Phase != SequencePhase.Prefilling || _preempted.Contains(sequence)) continue;
            if (budget == 0) return;
            int tokens = Math.Min(sequence.Pending, Math.Min(sequence.LongestChunk, StepBudget.Share(budget, --prompts)));
            if (!HasPages(sequence, tokens)) continue;
            _next.Add(sequence, tokens);
            budget -= tokens;
        }
    }

    /// <summary>The token chosen last, and guesses behind it where pages are plenty: for a guess nobody is set back. Gives how many guesses.</summary>
    private int AddWriter(Sequence sequence, int room)
    {
        int length = sequence.Cache.Length + 1;
        int guesses = sequence.Cache.HasRoom(length + Speculation.Most) ? sequence.Draft(room) : 0;
        if (sequence.HasFailed) return 0;
        if (guesses == 0 || sequence.TryReserve(length + guesses)) _next.Add(sequence, 1 + guesses);
        return guesses;
    }

    /// <summary>Gets the pages for a sequence's next tokens, if need be from those that came later and have no part in this step; false where it has to stand by.</summary>
    private bool HasPages(Sequence sequence, int tokens)
    {
        if (_preempted.Contains(sequence)) return false;
        int length = sequence.Cache.Length + tokens;
        while (!sequence.Cache.HasRoom(length))
        {
            if (NewestAfter(sequence) is Sequence newest)
            {
                Preempt(newest);
                continue;
            }
            // the oldest has all pages but those of the texts in this step: with none of them there, it never gets more
            if (sequence == FirstAtWork && _next.Sequences.IsEmpty) sequence.Fail(CacheBudget.TooSmall(sequence.Cache.Pool, length, _running.FindAll(static one => one.Phase == SequencePhase.Resting).Count + 1));
            return false;
        }
        return sequence.TryReserve(length);
    }

    /// <summary>The oldest that does not wait for another.</summary>
    private Sequence? FirstAtWork => _running.Find(static one => one.Phase != SequencePhase.Resting);

    private Sequence? NewestAfter(Sequence sequence)
    {
        int index = _running.FindLastIndex(one => one.Cache.Bytes > 0 && one.Phase != SequencePhase.Resting && !_next.Sequences.Contains(one));
        return index > _running.IndexOf(sequence) ? _running[index] : null;
    }

    /// <summary>All its pages go back; it keeps its text, which is read again as a prompt is.</summary>
    private void Preempt(Sequence sequence)
    {
        sequence.Cache.Truncate(0);
        Preemptions++;
        _preempted.Add(sequence);
    }

    private void WaitAgain(Sequence sequence)
    {
        sequence.IsAdmitted = false;
        _running.Remove(sequence);
        _waiting.Insert(0, sequence);
    }

    private static bool EndIfOver(Sequence sequence)
    {
        if (sequence.IsOver) sequence.End();
        return sequence.IsOver;
    }
}
