namespace Sandglass.Tokenization;

/// <summary>Finds every place where one of a set of strings ends, in one pass over the text (Aho and Corasick, 1975).</summary>
/// <remarks>A state is the longest prefix of any string that is a suffix of the text read so far; state 0 is the empty prefix.</remarks>
internal sealed class SpecialTokenTrie
{
    private readonly int[] _roots = new int[256];       // the states of one byte
    private readonly int[] _firstChild, _sibling, _fallback, _match, _shorter, _ends;
    private readonly byte[] _byte;
    private readonly bool[] _isStart = new bool[256];
    private int _states = 1;

    /// <summary>Builds the trie of strings, none of them empty; a state's match is the index of its string. Of equal strings the first counts.</summary>
    public SpecialTokenTrie(byte[][] strings)
    {
        int most = 1;
        foreach (byte[] text in strings) most = checked(most + text.Length);
        (_firstChild, _sibling, _fallback, _match, _shorter, _byte) =
            (new int[most], new int[most], new int[most], new int[most], new int[most], new byte[most]);
        Array.Fill(_match, -1);
        _ends = new int[strings.Length];
        for (int index = 0; index < strings.Length; index++) Insert(strings[index], index);
        for (int value = 0; value < 256; value++) _isStart[value] = _roots[value] != 0;
        Link();
    }

    /// <summary>The state after one more byte.</summary>
    public int Step(int state, byte next)
    {
        while (true)
        {
            if (state == 0) return _roots[next];
            for (int child = _firstChild[state]; child != 0; child = _sibling[child])
                if (_byte[child] == next) return child;
            state = _fallback[state];
        }
    }

    /// <summary>Whether any string begins with this byte: in state 0 a scan can skip all others.</summary>
    public bool IsStart(byte value) => _isStart[value];

    /// <summary>The state of the longest string that ends in this state, or 0.</summary>
    public int LongestMatch(int state) => _match[state] >= 0 ? state : _shorter[state];

    /// <summary>The state of the next shorter string that ends at the same place, or 0.</summary>
    public int ShorterMatch(int state) => _shorter[state];

    /// <summary>The index of the string that ends in this state.</summary>
    public int StringOf(int state) => _match[state];

    /// <summary>The state in which a string ends.</summary>
    public int StateOf(int index) => _ends[index];

    private void Insert(byte[] text, int index)
    {
        int state = 0;
        foreach (byte value in text)
        {
            int child = state == 0 ? _roots[value] : _firstChild[state];
            while (state != 0 && child != 0 && _byte[child] != value) child = _sibling[child];
            if (child == 0)
            {
                child = _states++;
                _byte[child] = value;
                if (state == 0) _roots[value] = child;
                else (_sibling[child], _firstChild[state]) = (_firstChild[state], child);
            }
            state = child;
        }
        _ends[index] = state;
        if (_match[state] < 0) _match[state] = index;
    }

    // breadth first: a state's fallback is shorter, so it is finished before the state
    private void Link()
    {
        int[] open = new int[_states];
        int taken = 0, count = 0;
        foreach (int root in _roots)
            if (root != 0) open[count++] = root;
        while (taken < count)
        {
            int state = open[taken++];
            for (int child = _firstChild[state]; child != 0; child = _sibling[child])
            {
                _fallback[child] = Step(_fallback[state], _byte[child]);
                open[count++] = child;
            }
            _shorter[state] = LongestMatch(_fallback[state]);
        }
    }
}
