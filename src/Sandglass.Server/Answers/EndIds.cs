namespace Sandglass.Server;

/// <summary>The ids that end the texts of a request.</summary>
internal static class EndIds
{
    public static IReadOnlySet<int> Of(RequestDraft draft)
    {
        IReadOnlySet<int> own = draft.Served.Model.Tokenizer.EndIds;
        return draft.StopIds.Length == 0 ? own : new HashSet<int>(draft.IgnoreEos ? draft.StopIds : own.Union(draft.StopIds));
    }
}
