namespace Sandglass.Generation;

/// <summary>All stop texts of a request as one automaton (Aho and Corasick 1975): a character costs the same however many texts there are.</summary>
/// <remarks>A state is the longest end of the text so far that is the beginning of a stop text. Immutable; the samples of a prompt share it.</remarks>
internal sealed class StopTexts
{
    private const int Most = 1000, Longest = 1000, Together = 65_536;

    private readonly Dictionary<(int State, char Next), int> _edges = [];
    private readonly int[] _fallback, _depth, _found;        // [state]: the next shorter end; its length; the longest stop text that ends here, 0 for none

    private StopTexts(string[] all)
    {
        List<(int Parent, char Last)> states = [(0, '\0')];
        List<int> depth = [0], found = [0];
        foreach (string text in all)
        {
            int state = 0;
            foreach (char next in text)
            {
                if (!_edges.TryGetValue((state, next), out int child))
                {
                    _edges[(state, next)] = child = states.Count;
                    states.Add((state, next));
                    depth.Add(depth[state] + 1);
                    found.Add(0);
                }
                state = child;
            }
            found[state] = text.Length;
        }
        (_depth, _found, _fallback) = ([.. depth], [.. found], new int[states.Count]);
        foreach (int state in Enumerable.Range(1, states.Count - 1).OrderBy(state => _depth[state]))
        {
            (int parent, char last) = states[state];
            _fallback[state] = parent == 0 ? 0 : Next(_fallback[parent], last);
            if (_found[state] == 0) _found[state] = _found[_fallback[state]];
        }
        IsEmpty = all.Length == 0;
    }

    /// <summary>For a text that none ends.</summary>
    public static StopTexts None { get; } = new([]);

    /// <summary>Whether there is nothing to look for.</summary>
    public bool IsEmpty { get; }

    /// <summary>Refuses null and empty texts, and more than a request may hold: the automaton has a state for each character.</summary>
    /// <exception cref="GenerationException">A text is missing, or there are too many, or too long ones.</exception>
    public static void Validate(IReadOnlyList<string> texts)
    {
        const string Option = nameof(GenerationOptions.Stop);
        GenerationOptions.Require(texts.Count <= Most, Option, $"at most {Most} texts", texts.Count);
        int together = 0;
        foreach (string text in texts)
        {
            GenerationOptions.Require(!string.IsNullOrEmpty(text), Option, "a text", text is null ? "null" : "an empty one");
            GenerationOptions.Require(text!.Length <= Longest, Option, $"texts of at most {Longest} characters", text.Length);
            together += text.Length;
        }
        GenerationOptions.Require(together <= Together, Option, $"texts of at most {Together} characters together", together);
    }

    public static StopTexts Of(IReadOnlyList<string> texts)
    {
        string[] all = [.. texts];
        return all.Length == 0 ? None : new StopTexts(all);
    }

    /// <summary>The state after one more character; 0 is the first.</summary>
    public int Next(int state, char next)
    {
        int to;
        while (!_edges.TryGetValue((state, next), out to) && state != 0) state = _fallback[state];
        return to;
    }

    /// <summary>Characters at the end of the text that may become a stop text.</summary>
    public int Held(int state) => _depth[state];

    /// <summary>The length of the longest stop text that ends here; 0 for none.</summary>
    public int Found(int state) => _found[state];
}
