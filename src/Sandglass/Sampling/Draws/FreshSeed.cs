namespace Sandglass.Sampling;

/// <summary>
/// The seed of a run that was given none: the one place where chance is taken and not given. It is reported with the result, so that the run can be repeated.
/// </summary>
internal static class FreshSeed
{
    /// <summary>A seed from 0 to 2^31 - 1: short enough to be typed again.</summary>
    /// <remarks>
    /// The runtime seeds this generator from the system without a library: those of System.Security.Cryptography need OpenSSL on Linux, and a new Guid needs
    /// /dev/urandom.
    /// Where that is absent the runtime takes the time in whole seconds, so the clock's fine digits are added.
    /// </remarks>
    public static uint Draw()
    {
#pragma warning disable RS0030 // of this place's own: see above
        uint chance = (uint)new Random().Next();
#pragma warning restore RS0030
        return (chance ^ (uint)TimeProvider.System.GetTimestamp()) & int.MaxValue;
    }
}
