using Sandglass.Kernels;

namespace Sandglass.Generation;

/// <summary>A partial text that the search keeps.</summary>
/// <param name="Last">Its last token; null for the prompt alone.</param>
/// <param name="Score">Its summed log-probability, as penalties and bans left it.</param>
/// <param name="From">The place that its parent had in the step before.</param>
internal sealed record Beam(BeamToken? Last, float Score, int From);

/// <summary>A finished text.</summary>
/// <param name="Last">Its last token.</param>
/// <param name="Score">Divided by length to the power of the length penalty.</param>
/// <param name="Finish">Why it ended.</param>
internal sealed record BeamHypothesis(BeamToken Last, float Score, FinishReason Finish);

/// <summary>The beams of one group and its finished texts. It makes the decisions, and knows neither models nor pages.</summary>
/// <remarks>
/// One group alone does as <c>_beam_search</c> of transformers 5, several do as its <c>_group_beam_search</c> did. They differ in two things: at the greatest
/// length the one takes the best candidates as they come, the others their open beams; and whether a beam may still win is judged by the best open beam, or by
/// the best candidate.
/// </remarks>
/// <param name="width">Beams of the group.</param>
/// <param name="options">Of the search.</param>
/// <param name="mostTokens">The greatest length, at least 1.</param>
/// <param name="full">The reason to end there.</param>
internal sealed class BeamGroup(int width, BeamOptions options, int mostTokens, FinishReason full)
{
    private readonly List<BeamHypothesis> _finished = [];   // best first, at most width
    private List<Beam> _running = [new Beam(null, 0, 0)], _next = [];
    private readonly List<int> _chosen = [];
    private int _length;

    private bool IsOneOfSeveral => options.Groups > 1;

    /// <summary>The open beams, best first; none when the group is over.</summary>
    public IReadOnlyList<Beam> Running => _running;

    /// <summary>Tokens chosen by this group in the last step; later groups are penalised for repeating them.</summary>
    public IReadOnlyList<int> Chosen => _chosen;

    /// <summary>The finished texts, best first.</summary>
    public IReadOnlyList<BeamHypothesis> Finished => _finished;

    /// <summary>Whether no better text can be expected.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Candidates that a step needs, so that enough are left to go on with, however many of them end.</summary>
    /// <param name="endIds">How many ids end a text.</param>
    public int CandidatesNeeded(int endIds) => Math.Max(2, 1 + endIds) * width;

    /// <summary>Goes on with the best candidates that do not end their text; of the others those that are among the best are finished.</summary>
    /// <param name="best">As many as are needed, best first.</param>
    /// <param name="endOf">Why a candidate's text ends with it; null where it does not.</param>
    public void Advance(ReadOnlySpan<BeamCandidate> best, Func<BeamToken, FinishReason?> endOf)
    {
        _length++;
        bool isFull = _length >= mostTokens;
        _next.Clear();
        for (int rank = 0; rank < best.Length && (rank < width || _next.Count < width); rank++)
        {
            BeamCandidate candidate = best[rank];
            BeamToken token = new(_running[candidate.Beam].Last, candidate.Id, candidate.Logprob, candidate.Facts);
            FinishReason? end = endOf(token) ?? (isFull && !IsOneOfSeveral ? full : null);
            if (end is null && _next.Count < width) _next.Add(new Beam(token, candidate.Score, candidate.Beam));
            else if (end is not null && rank < width) Finish(token, candidate.Score, end.Value);
        }
        (_running, _next) = (_next, _running);
        _chosen.Clear();
        foreach (Beam beam in _running) _chosen.Add(beam.Last!.Id);

        if (_running.Count == 0 || HasSeenEnough(IsOneOfSeveral ? best[0].Score : _running[0].Score)) End();
        else if (isFull) Interrupt(full);
    }

    /// <summary>Ends here: each open beam counts as a text of its length.</summary>
    public void Interrupt(FinishReason reason)
    {
        foreach (Beam beam in _running)
        {
            if (beam.Last is not null) Finish(beam.Last, beam.Score, reason);
        }
        End();
    }

    private void End()
    {
        _running.Clear();
        IsOver = true;
    }

    private bool HasSeenEnough(float best)
    {
        if (_finished.Count < width) return false;
        if (options.EarlyStopping == EarlyStopping.True) return true;
        bool atTheLongest = options.EarlyStopping == EarlyStopping.Never && options.LengthPenalty > 0;
        return !(Divided(best, atTheLongest ? mostTokens : _length) > _finished[^1].Score);
    }

    private void Finish(BeamToken last, float sum, FinishReason reason)
    {
        float score = Divided(sum, last.Length);
        int place = _finished.Count;
        while (place > 0 && _finished[place - 1].Score < score) place--;    // of equal ones the older comes first
        _finished.Insert(place, new BeamHypothesis(last, score, reason));
        if (_finished.Count > width) _finished.RemoveAt(width);
    }

    /// <summary>In F32, as the reference divides.</summary>
    private float Divided(float sum, int length) => sum / (float)Elementary.Pow(length, options.LengthPenalty);
}
