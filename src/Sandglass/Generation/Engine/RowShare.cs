namespace Sandglass.Generation;

/// <summary>
/// The decode rows of a step that one request gets: a text, several samples of a prompt, a beam search. Rows are dealt by request, so one that asks for 64
/// texts does not hold up one that asks for a single text.
/// </summary>
/// <param name="ticket">What the request is served by; null for a plain one.</param>
internal sealed class RowShare(Ticket? ticket = null)
{
    private int _from;      // the first of its wanted rows that is dealt in this step
    private int _next;      // in the next one: where a step has too few rows for all, the next step goes on from there
    private int _seen;      // wanted rows that were asked about

    /// <summary>What the request is served by.</summary>
    public Ticket Ticket { get; } = ticket ?? new Ticket();

    /// <summary>Which count of the scheduler's it is a part of.</summary>
    public long Count { get; private set; }

    /// <summary>Sequences forked for it so far: further samples.</summary>
    public int Forks { get; set; }

    /// <summary>Decode rows that it could use in this step.</summary>
    public int Wanted { get; set; }

    /// <summary>Decode rows that it gets.</summary>
    public int Dealt { get; private set; }

    /// <summary>Members whose prompts have a part in this step.</summary>
    public int Readers { get; set; }

    /// <summary>A new count: nothing is wanted yet.</summary>
    public void Begin(long count) => (Count, Wanted, Dealt, Readers, _seen) = (count, 0, 0, 0, 0);

    /// <summary>Whether the next of its wanted rows, in order, is among those dealt.</summary>
    public bool IsNextDealt()
    {
        int distance = _seen++ - _from;
        return (distance < 0 ? distance + Wanted : distance) < Dealt;
    }

    /// <summary>
    /// Deals rows like cards: one to each request in turn, as long as it wants more and some are left. The first in order is first; the others take turns at
    /// being next.
    /// </summary>
    /// <param name="requests">In order of service.</param>
    /// <param name="rows">Rows of a step.</param>
    /// <param name="turn">The number of the step.</param>
    /// <returns>Rows dealt.</returns>
    public static int Deal(List<RowShare> requests, int rows, long turn)
    {
        int left = rows, before;
        do
        {
            before = left;
            for (int i = 0; i < requests.Count && left > 0; i++)
            {
                RowShare request = requests[requests.Count <= rows || i == 0 ? i : 1 + (int)((i + turn) % (requests.Count - 1))];
                if (request.Dealt == request.Wanted) continue;
                request.Dealt++;
                left--;
            }
        }
        while (left > 0 && left < before);
        foreach (RowShare request in requests) request.Rotate();
        return rows - left;
    }

    private void Rotate()
    {
        _from = Wanted == 0 ? 0 : _next % Wanted;
        _next = _from + Dealt;
    }
}
