using System.Runtime.InteropServices;
using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>One step's batch, and the sequence that each row of logits goes to.</summary>
internal sealed class StepBatch
{
    private readonly List<Sequence> _sequences = [];
    private readonly List<int> _rows = [];          // [row of logits]: its token in the batch
    private readonly List<Sequence> _owners = [];   // [row of logits]: the sequence that takes it
    private readonly List<int> _pooledRows = [];        // [hidden state]: its token in the batch
    private readonly List<Sequence> _pooledOwners = []; // [hidden state]: the sequence that takes it

    /// <summary>The tokens.</summary>
    public Batch Batch { get; } = new();

    /// <summary>The sequences whose tokens they are.</summary>
    public ReadOnlySpan<Sequence> Sequences => CollectionsMarshal.AsSpan(_sequences);

    /// <summary>The tokens whose logits are wanted: of each sequence in order.</summary>
    public ReadOnlySpan<int> Rows => CollectionsMarshal.AsSpan(_rows);

    /// <summary>The sequence that takes each row of logits.</summary>
    public ReadOnlySpan<Sequence> Owners => CollectionsMarshal.AsSpan(_owners);

    /// <summary>The tokens whose hidden states are wanted: of each sequence in order.</summary>
    public ReadOnlySpan<int> PooledRows => CollectionsMarshal.AsSpan(_pooledRows);

    /// <summary>The sequence that takes each hidden state.</summary>
    public ReadOnlySpan<Sequence> PooledOwners => CollectionsMarshal.AsSpan(_pooledOwners);

    /// <summary>The position of the token whose row of logits it is.</summary>
    public int Position(int row) => Batch.Owner(_rows[row]).Position(_rows[row]);

    /// <summary>Tokens that are read: of prompts, or of texts that were preempted.</summary>
    public int Read { get; private set; }

    /// <summary>Whether one of the sequences is traced.</summary>
    public bool IsTraced { get; private set; }

    /// <summary>Adds the next pending tokens of a sequence, and the drafted ones after them.</summary>
    public void Add(Sequence sequence, int tokens)
    {
        int from = sequence.Cache.Length, firstRow = Batch.Tokens;
        _sequences.Add(sequence);
        bool reads = sequence.Phase == SequencePhase.Prefilling;
        if (reads) Read += tokens;
        WatchedAttention? watched = null;
        if (sequence.Tracer is SequenceTracer tracer)
        {
            watched = tracer.Enter(sequence, from, tokens, reads);
            IsTraced = true;
        }
        Batch.Add(sequence.Cache, sequence.IdsAndDrafts.Slice(from, tokens), sequence.Work, watched);
        for (int position = Math.Max(from, sequence.FirstScored); position < from + tokens; position++)
        {
            _rows.Add(firstRow + position - from);
            _owners.Add(sequence);
        }
        for (int position = Math.Max(from, sequence.FirstPooled); position < from + tokens; position++)
        {
            _pooledRows.Add(firstRow + position - from);
            _pooledOwners.Add(sequence);
        }
    }

    /// <summary>Empties it for the next step.</summary>
    public void Clear()
    {
        _sequences.Clear();
        _rows.Clear();
        _owners.Clear();
        (Read, IsTraced) = (0, false);
        _pooledRows.Clear();
        _pooledOwners.Clear();
        Batch.Clear();
    }
}
