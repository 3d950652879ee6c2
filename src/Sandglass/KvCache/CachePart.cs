namespace Sandglass.KvCache;

/// <summary>What one model has of a <see cref="SharedCache"/>, which alone changes it.</summary>
/// <param name="shared">The budget.</param>
/// <param name="brought">Bytes that the model may take by itself.</param>
/// <param name="floor">Those of them that stay its own, whatever others need.</param>
/// <param name="wake">Has its engine look what others want, between two steps or at once; called on any thread.</param>
internal sealed class CachePart(SharedCache shared, long brought, long floor, Action wake)
{
    /// <summary>The budget.</summary>
    public SharedCache Shared => shared;

    /// <summary>Bytes that the model may take by itself.</summary>
    public long Brought => brought;

    /// <summary>Bytes that stay its own.</summary>
    public long Floor => floor;

    /// <summary>Bytes of the common part that it has.</summary>
    public long Lent { get; set; }

    /// <summary>Bytes of it that it waits for.</summary>
    public long Wanted { get; set; }

    /// <summary>Whether the others know that these are not there.</summary>
    public bool IsTold { get; set; }

    /// <summary>Its place among those that wait: the lower is first.</summary>
    public long Place { get; set; }

    /// <summary>Bytes that its texts hold.</summary>
    public Func<long> Held { get; set; } = static () => 0;

    /// <summary>Has its engine look.</summary>
    public void Wake() => wake();
}
