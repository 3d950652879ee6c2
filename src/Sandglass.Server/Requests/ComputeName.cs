using Sandglass.Kernels;

namespace Sandglass.Server;

/// <summary>The mode in which a model is computed, as requests and answers call it.</summary>
internal static class ComputeName
{
    public static string Of(ServedModel served) => served.Model.Options.Compute switch
    {
        ComputeMode.Fast => "fast",
        ComputeMode.Exact => "exact",
        _ => "fine",
    };
}
