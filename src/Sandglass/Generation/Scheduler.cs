namespace Sandglass.Generation;

/// <summary>Says which tokens go through the model next, and lets sequences in and out. It knows nothing of what is computed.</summary>
internal sealed class Scheduler
{
    private readonly List<Sequence> _waiting = [];   // in the order they came
    private readonly List<Sequence> _running = [];   // in the order they came
    private readonly StepBatch _next = new();

    /// <summary>Whether nobody is here.</summary>
    public bool IsIdle => _waiting.Count == 0 && _running.Count == 0;

    /// <summary>Puts a sequence at the end of the queue.</summary>
    public void Add(Sequence sequence) => _waiting.Add(sequence);

    /// <summary>The tokens of the next step: first one of each text that is being written, with what is guessed behind it, then pieces of prompts. May be empty: somebody cancelled.</summary>
    public StepBatch Next()
    {
        foreach (Sequence sequence in _waiting) sequence.Attempt(static one => one.CheckInterruption());
        foreach (Sequence sequence in _running) sequence.Attempt(static one => one.CheckInterruption());
        Commit();
        Admit();
        Commit();   // who failed at its beginning is out

        _next.Clear();
        int prompts = 0, drafts = StepBudget.Drafts;
        foreach (Sequence sequence in _running)
        {
            if (!sequence.IsWriting)
            {
                prompts++;
                continue;
            }
            int guesses = sequence.Draft(drafts);
            _next.Add(sequence, 1 + guesses);
            drafts -= guesses;
        }
        AddPieces(prompts, _next.Sequences.IsEmpty ? StepBudget.PromptTokens : StepBudget.PromptTokensBesideWriters);
        return _next;
    }

    /// <summary>Lets out those that are over: their pages go back, and their callers hear of it.</summary>
    public void Commit()
    {
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
        foreach (Sequence sequence in _waiting) sequence.Fail(failure);
        foreach (Sequence sequence in _running) sequence.Fail(failure);
        Commit();
    }

    private void Admit()
    {
        int count = Math.Min(StepBudget.Sequences - _running.Count, _waiting.Count);
        for (int i = 0; i < count; i++)
        {
            _waiting[i].Attempt(static one => one.Begin());
            _running.Add(_waiting[i]);
        }
        _waiting.RemoveRange(0, count);
    }

    private void AddPieces(int prompts, int budget)
    {
        foreach (Sequence sequence in _running)
        {
            if (sequence.IsWriting) continue;
            if (budget == 0) return;
            int tokens = Math.Min(sequence.Pending, Math.Min(sequence.LongestPiece, StepBudget.Share(budget, --prompts)));
            _next.Add(sequence, tokens);
            budget -= tokens;
        }
    }

    private static bool EndIfOver(Sequence sequence)
    {
        if (sequence.IsOver) sequence.End();
        return sequence.IsOver;
    }
}
