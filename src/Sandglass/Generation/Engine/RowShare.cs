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
    private int _advance;   // prompt tokens that were charged and have not been read

    /// <summary>What the request is served by.</summary>
    public Ticket Ticket { get; } = ticket ?? new Ticket();

    /// <summary>Of its tenant; null until it is in the order of service.</summary>
    public TenantAccount? Account { get; set; }

    /// <summary>Its groups that are not over.</summary>
    public int Groups { get; set; }

    /// <summary>Whether one of its groups has been admitted.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Tokens that it has written.</summary>
    public long Written { get; private set; }

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

    /// <summary>Charges its tenant with the prompt, before it is read.</summary>
    public void ChargePrompt()
    {
        _advance += Ticket.PromptTokens;
        Account!.Charge(Ticket.PromptTokens * ServiceOrder.ReadCost);
    }

    /// <summary>Tokens of the prompt have been read; what was preempted and is read again costs nothing.</summary>
    public void HasRead(int tokens) => _advance -= Math.Min(_advance, tokens);

    /// <summary>Tokens of the prompt need not be read: they were found in the cache.</summary>
    public void HasFound(int tokens)
    {
        tokens = Math.Min(_advance, tokens);
        _advance -= tokens;
        Account!.Refund(tokens * ServiceOrder.ReadCost);
    }

    /// <summary>What was not read of the prompt will not be.</summary>
    public void RefundPrompt() => HasFound(_advance);

    /// <summary>Tokens have been written.</summary>
    public void HasWritten(int tokens)
    {
        Written += tokens;
        Account!.Charge(tokens * ServiceOrder.WrittenCost);
    }

    /// <summary>Whether the next of its wanted rows, in order, is among those dealt.</summary>
    public bool IsNextDealt()
    {
        int distance = _seen++ - _from;
        return (distance < 0 ? distance + Wanted : distance) < Dealt;
    }

    /// <summary>
    /// Deals rows like cards: one to each request, then more to those that want more, each to the tenant for whom the least was done. The first in order is
    /// first; where there are fewer rows than requests the others take turns at being next.
    /// </summary>
    /// <param name="requests">In order of service.</param>
    /// <param name="rows">Rows of a step.</param>
    /// <param name="turn">The number of the step.</param>
    /// <returns>Rows dealt.</returns>
    public static int Deal(List<RowShare> requests, int rows, long turn)
    {
        int left = rows;
        for (int i = 0; i < requests.Count && left > 0; i++)
        {
            RowShare request = requests[requests.Count <= rows || i == 0 ? i : 1 + (int)((i + turn) % (requests.Count - 1))];
            if (request.Wanted > 0) request.Deal(ref left);
        }
        foreach (RowShare request in requests)
            if (request.Account is TenantAccount account) account.Dealt = account.Served;
        while (left > 0 && LeastServed(requests) is RowShare next) next.Deal(ref left);
        foreach (RowShare request in requests) request.Rotate();
        return rows - left;
    }

    /// <summary>Of the requests that want more rows that of the tenant for whom the least was done; of one tenant's the one with the fewest.</summary>
    private static RowShare? LeastServed(List<RowShare> requests)
    {
        RowShare? least = null;
        foreach (RowShare request in requests)
        {
            if (request.Dealt >= request.Wanted) continue;
            if (least is null || (request.Served, request.Dealt).CompareTo((least.Served, least.Dealt)) < 0) least = request;
        }
        return least;
    }

    private double Served => Account?.Dealt ?? 0;

    private void Deal(ref int left)
    {
        Dealt++;
        left--;
        Account?.Deal();
    }

    private void Rotate()
    {
        _from = Wanted == 0 ? 0 : _next % Wanted;
        _next = _from + Dealt;
    }
}
