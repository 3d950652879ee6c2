namespace Sandglass.Server;

/// <summary>Where a tenant stands: what the x-ratelimit headers say.</summary>
/// <param name="Limit">A minute's worth.</param>
/// <param name="Remaining">What is left of it.</param>
/// <param name="Reset">Until all of it is there again.</param>
internal readonly record struct RateStatus(int Limit, int Remaining, TimeSpan Reset);
