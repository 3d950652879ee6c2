using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>Steps of an engine that are told together: sums of them, and of each text what it did in each.</summary>
internal sealed class ActivitySnapshot
{
    private readonly Dictionary<long, PlaceHistory> _byText = [];
    private readonly List<PlaceHistory> _places = [];
    private readonly List<int> _rows = [];
    private long _seen;     // number of the last step, of all snapshots

    /// <summary>The last of them; null before the first.</summary>
    public BatchStep? Last { get; private set; }

    /// <summary>Steps between the last snapshot and this one that were not waited for.</summary>
    public long Lost { get; private set; }

    /// <summary>Rows of each step.</summary>
    public IReadOnlyList<int> Rows => _rows;

    /// <summary>Tokens that were read, of all steps.</summary>
    public long Read { get; private set; }

    /// <summary>Tokens that were written, of all steps.</summary>
    public long Written { get; private set; }

    /// <summary>What the steps took.</summary>
    public TimeSpan Time { get; private set; }

    /// <summary>Texts, as they came into the steps.</summary>
    public IReadOnlyList<PlaceHistory> Places => _places;

    /// <summary>Begins the next one.</summary>
    public void Clear()
    {
        _byText.Clear();
        _places.Clear();
        _rows.Clear();
        (Lost, Read, Written, Time) = (0, 0, 0, default);
    }

    /// <summary>One more step, which comes after those before.</summary>
    public void Add(BatchStep step)
    {
        if (_seen > 0) Lost += step.Number - _seen - 1;
        (_seen, Last) = (step.Number, step);
        Read += step.Read;
        Written += step.Written;
        Time += step.Time;
        foreach (BatchPlace place in step.Places)
        {
            if (!_byText.TryGetValue(place.Text, out PlaceHistory? history)) _places.Add(_byText[place.Text] = history = new PlaceHistory());
            history.Add(place, _rows.Count);
        }
        _rows.Add(step.Rows);
    }
}
