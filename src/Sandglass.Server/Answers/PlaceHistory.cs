using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>What one text did in some steps: like steps after each other are a run.</summary>
internal sealed class PlaceHistory
{
    private readonly List<(int Steps, PlacePhase? Phase, int Rows, int Wrote)> _runs = [];
    private int _steps;

    /// <summary>The text as of its last step.</summary>
    public BatchPlace Last { get; private set; }

    /// <summary>Runs of steps, the first one first; without a phase where the text was not there. After the last one it is not there any more.</summary>
    public IReadOnlyList<(int Steps, PlacePhase? Phase, int Rows, int Wrote)> Runs => _runs;

    /// <summary>Whether it is not there after so many steps.</summary>
    public bool IsGone(int steps) => Last.IsOver || _steps < steps;

    /// <summary>One more step.</summary>
    /// <param name="place">The text in it.</param>
    /// <param name="at">Which step it is, from 0.</param>
    public void Add(in BatchPlace place, int at)
    {
        if (at > _steps) _runs.Add((at - _steps, null, 0, 0));
        if (_runs is [.., var last] && (last.Phase, last.Rows, last.Wrote) == (place.Phase, place.Rows, place.Wrote))
            _runs[^1] = last with { Steps = last.Steps + 1 };
        else _runs.Add((1, place.Phase, place.Rows, place.Wrote));
        (_steps, Last) = (at + 1, place);
    }
}
