using System.Diagnostics;

namespace Sandglass.Server;

/// <summary>What a request says about itself, in its trace.</summary>
internal static class RequestLabels
{
    /// <summary>Into the span that has just begun.</summary>
    public static void Tell(RequestDraft draft)
    {
        if (Activity.Current is not Activity span) return;
        if ((draft.SafetyIdentifier ?? draft.User) is string user) span.SetTag("user.id", user);
        foreach ((string name, string value) in draft.Metadata) span.SetTag($"sandglass.metadata.{name}", value);
    }
}
