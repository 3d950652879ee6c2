using System.CommandLine.Parsing;

namespace Sandglass.Cli;

/// <summary>How many values an option with a list of them takes: each is computed, or has a row of its own.</summary>
internal static class ListLength
{
    private const int Most = 64;

    /// <summary>Whether they are too many, which is an error then.</summary>
    public static bool IsRefused(ArgumentResult result, string name, int count)
    {
        if (count <= Most) return false;
        result.AddError($"{name}: expected at most {Most} values with commas between them, found {Amount.Whole(count)}.");
        return true;
    }
}
