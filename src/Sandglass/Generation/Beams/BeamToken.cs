namespace Sandglass.Generation;

/// <summary>A token of a beam, and by way of those before it the whole beam: beams that begin alike share their beginning.</summary>
internal sealed class BeamToken(BeamToken? before, int id, float logprob, RowFacts facts)
{
    /// <summary>The one before it; null for the first of the completion.</summary>
    public BeamToken? Before { get; } = before;

    public int Id { get; } = id;

    /// <summary>In the model's own distribution.</summary>
    public float Logprob { get; } = logprob;

    public RowFacts Facts { get; } = facts;

    /// <summary>How far the text up to here has been read in search of stop texts.</summary>
    public TextState Text { get; set; }

    /// <summary>Tokens from the first of the completion to this one.</summary>
    public int Length { get; } = (before?.Length ?? 0) + 1;

    /// <summary>The tokens from the first of the completion to this one, after the first <paramref name="skip"/>.</summary>
    public BeamToken[] Path(int skip = 0)
    {
        BeamToken[] path = new BeamToken[Length - skip];
        for (BeamToken? at = this; at is not null && at.Length > skip; at = at.Before) path[at.Length - skip - 1] = at;
        return path;
    }

    /// <summary>The last token of the beginning that two beams share; null for none.</summary>
    public static BeamToken? Shared(BeamToken? one, BeamToken? other)
    {
        while (one != other)
        {
            if (one is null || other is null) return null;
            if (one.Length >= other.Length) one = one.Before;
            else other = other.Before;
        }
        return one;
    }
}
