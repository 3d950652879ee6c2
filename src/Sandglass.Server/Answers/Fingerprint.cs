using System.Reflection;

namespace Sandglass.Server;

/// <summary>What besides the request decides the bits of an answer: the model's file, the version, and how it is computed and cached.</summary>
internal static class Fingerprint
{
    private const int Digits = 12;

    /// <summary>Of the library.</summary>
    public static readonly string Version =
        typeof(LanguageModel).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>For instance <c>fp_3f2a9c1b7d0e_0.1.0_fast_f16</c>.</summary>
    public static string Of(ServedModel served)
    {
        Generation.ModelOptions options = served.Model.Options;
        string hash = served.Hash.Length >= Digits ? served.Hash[..Digits] : "unhashed";
        string keys = options.CacheType.Keys.ToString().ToLowerInvariant(), values = options.CacheType.Values.ToString().ToLowerInvariant();
        string window = options.Window > 0 ? $"_w{options.Window}-{options.SinkTokens}" : "";
        return $"fp_{hash}_{Version}_{ComputeName.Of(served)}_{keys}{(keys == values ? "" : values)}{window}";
    }
}
