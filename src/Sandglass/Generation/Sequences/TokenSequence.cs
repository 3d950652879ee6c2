namespace Sandglass.Generation;

/// <summary>A text that its caller writes: tokens in, the logits of the next one out. What it has read stays in the cache.</summary>
/// <remarks>
/// <para>For a loop of one's own. The logits are those, bit for bit, that the engine's own loop chooses from. Each read goes into the engine's queue and
/// through the same steps as all other texts of the model, beside them; between two reads the sequence takes no part in a step, and where others need its
/// memory it gives that away and is read again.</para>
/// <para>One read at a time. Dispose of it: until then it holds its part of the cache.</para>
/// </remarks>
/// <example>
/// <code>
/// await using TokenSequence text = model.StartSequence();
/// int[] next = model.Tokenizer.Encode("Once upon a time").Ids;
/// for (int i = 0; i &lt; 20; i++)
/// {
///     ReadOnlyMemory&lt;float&gt; logits = await text.ReadAsync(next);
///     next = [Choose(logits.Span)];      // one's own, or TokenSampler.Choose
///     Console.Write(model.Tokenizer.Decode(next));
/// }
/// </code>
/// </example>
public sealed class TokenSequence : IAsyncDisposable
{
    private readonly TextRequests _requests;
    private readonly SequenceOptions _options;
    private readonly Lock _lock = new();
    private FedSequence? _text;     // null before the first read
    private int _length;
    private bool _isRead, _isOver;

    internal TokenSequence(TextRequests requests, SequenceOptions options) => (_requests, _options) = (requests, options);

    /// <summary>Ends it for a caller that dropped it.</summary>
    ~TokenSequence() => _text?.Output.Cancel();

    /// <summary>Tokens that it has, those of a read in progress included.</summary>
    public int Length
    {
        get
        {
            lock (_lock) return _length;
        }
    }

    /// <summary>Adds tokens to the text and gives the logits of the position after them.</summary>
    /// <param name="ids">One or more; the first read takes a whole prompt. Nothing is added to them: the begin token is among them where the model wants
    /// one, as <c>Tokenizer.Encode</c> gives it.</param>
    /// <param name="cancellationToken">Ends the read, and the sequence with it.</param>
    /// <returns>[vocabulary]: the score of each id as the next token, in F32, as the model computed it: not normalised, natural logarithm; softmax makes
    /// probabilities of it. The memory is the sequence's own, and valid until the next read.</returns>
    /// <exception cref="GenerationException">There are no ids, one is outside the vocabulary, or the text would be longer than the context or than the
    /// cache's memory. The sequence stays as it was.</exception>
    /// <exception cref="BusyException">Too many requests wait for the first read to begin, or it did not begin in time.</exception>
    /// <exception cref="InvalidOperationException">The read before this one is still under way.</exception>
    /// <exception cref="OperationCanceledException">The read was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The sequence is over, or the model was disposed of.</exception>
    public ValueTask<ReadOnlyMemory<float>> ReadAsync(IReadOnlyList<int> ids, CancellationToken cancellationToken = default)
    {
        int[] own = _requests.Checked(ids);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<ReadOnlyMemory<float>>(cancellationToken);
        lock (_lock)
        {
            if (_isOver) throw Over();
            if (_isRead) throw new InvalidOperationException("A sequence has one read at a time: await the logits before the next read.");
            _requests.RequireRoom(_length, own.Length);
            if (_text is null) _text = _requests.Feed(own, _options);
            else _requests.Feed(_text, own);
            _length += own.Length;
            _isRead = true;
            return LogitsAsync(_text, cancellationToken);
        }
    }

    /// <summary>Ends it, a read in progress too, and waits until its memory is given back.</summary>
    public async ValueTask DisposeAsync()
    {
        FedSequence? text;
        lock (_lock) (text, _isOver) = (_text, true);
        text?.Output.Cancel();
        if (text is not null) await text.Ended.ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    private async ValueTask<ReadOnlyMemory<float>> LogitsAsync(FedSequence text, CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(static text => ((FedSequence)text!).Output.Cancel(), text);
        bool hasLogits = false;
        try
        {
            hasLogits = await text.Output.WaitAsync().ConfigureAwait(false);
            return hasLogits && text.Output.TryRead(out float[]? logits) ? logits : throw Over();
        }
        catch (OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw Over();
        }
        finally
        {
            lock (_lock) (_isRead, _isOver) = (false, _isOver || !hasLogits);
        }
    }

    private static ObjectDisposedException Over() => new(
        nameof(TokenSequence), "The sequence is over: it was disposed of, or a read of it was cancelled or failed. Start another one.");
}
